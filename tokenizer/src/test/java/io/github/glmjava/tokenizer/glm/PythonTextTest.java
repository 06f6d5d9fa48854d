package io.github.glmjava.tokenizer.glm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.glmjava.tokenizer.python.PythonJson;
import io.github.glmjava.tokenizer.python.PythonText;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JSON as Python writes it. Expected values were checked with CPython. */
class PythonTextTest {
    @Test
    void spellsFloatsAsPython() {
        Map<Double, String> expected = new LinkedHashMap<>();
        expected.put(1.0, "1.0");
        expected.put(-0.0, "-0.0");
        expected.put(0.1, "0.1");
        expected.put(0.001, "0.001");
        expected.put(0.0001, "0.0001");
        expected.put(0.00001, "1e-05");
        expected.put(1e-9, "1e-09");
        expected.put(1.5e-7, "1.5e-07");
        expected.put(1e15, "1000000000000000.0");
        expected.put(1e16, "1e+16");
        expected.put(123456789012345680.0, "1.2345678901234568e+17");
        expected.put(1e22, "1e+22");
        expected.put(1e100, "1e+100");
        expected.put(Double.MIN_VALUE, "5e-324");
        expected.put(Double.MAX_VALUE, "1.7976931348623157e+308");
        expected.put(2e-3, "0.002");
        expected.put(-12.5, "-12.5");
        expected.put(2e23, "2e+23");
        expected.put(Double.NaN, "NaN");
        expected.put(Double.NEGATIVE_INFINITY, "-Infinity");
        expected.forEach((number, text) -> assertEquals(text, PythonJson.repr(number)));
    }

    @Test
    void writesJsonAsPython() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("空", "\"\\\n\t\u0001\u007F/é");
        map.put("list", Arrays.asList(1, null, true, List.of(), Map.of()));
        map.put("big", new BigInteger("12345678901234567890"));
        assertEquals("""
                {
                    "空": "\\"\\\\\\n\\t\\u0001\u007F/é",
                    "list": [
                        1,
                        null,
                        true,
                        [],
                        {}
                    ],
                    "big": 12345678901234567890
                }""", PythonJson.indented(map));
    }

    @Test
    void rejectsWhatIsNoJson() {
        assertThrows(IllegalArgumentException.class, () -> PythonJson.indented(new Object()));
        assertThrows(IllegalArgumentException.class, () -> PythonJson.indented(Map.of(1, 2)));
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        assertThrows(IllegalArgumentException.class, () -> PythonJson.indented(endless));
    }

    @Test
    void stripsAsPython() {
        assertEquals("x\u200B", PythonText.strip(" \t\u0085\u00A0\u3000\u001Cx\u200B\n\u2007"));
    }
}

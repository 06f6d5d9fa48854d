package io.github.glmjava.tokenizer.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls as Python reads them. Expected values were checked with CPython. */
class PythonCallTest {
    private static @Nullable Map<String, @Nullable Object> parse(String call) {
        return PythonCall.parseFenced("```python\n" + call + "\n```");
    }

    @Test
    void readsCalls() {
        assertEquals(Map.of(), parse("tool_call()"));
        assertEquals(
                Map.of("a", "x", "b", 1L, "c", -2.5, "d", List.of(true, "y"), "e", Map.of("k", List.of())),
                parse("tool_call(a='x', b=1, c=-2.5, d=[True, \"y\"],\n e={'k': ()},)"));
        assertEquals(Map.of("s", "a'\n\\d你\uD83D\uDE00"), parse("tool_call(s='a\\'\\n\\d\\u4f60\\U0001F600')"));
        assertEquals(Map.of("n", new BigInteger("12345678901234567890")), parse("tool_call(n=12345678901234567890)"));
    }

    @Test
    void doesNotReadOtherCode() {
        List<String> others = List.of(
                "print(1)",
                "tool_call(1)",
                "tool_call(a=f())",
                "tool_call(a=1",
                "tool_call(a=1); import os",
                "tool_call(a='x)",
                "tool_call(a=1, a=2)",
                "tool_call(a=" + "[".repeat(10_000),
                "tool_call(a=1e)",
                "tool_call(a='\\x4')",
                "");
        for (String other : others) {
            assertNull(parse(other), other);
        }
        assertNull(PythonCall.parseFenced(""));
        assertNull(PythonCall.parseFenced("tool_call()"));
    }
}

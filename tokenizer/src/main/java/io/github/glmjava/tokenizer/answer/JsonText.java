package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value that a model wrote as JSON.
 *
 * @param value whole numbers are Long or BigInteger, others finite Doubles; lists and maps are unmodifiable
 */
@SuppressWarnings("IfChainToSwitch") // type patterns in switch are more than the formatter parses
record JsonText(@Nullable Object value) {
    /** The value, or null if the text is not well-formed, or holds a number that a double cannot. */
    static @Nullable JsonText parse(String text) {
        try {
            return new JsonText(copy(read(text)));
        } catch (TokenizerException | ArithmeticException e) {
            return null;
        }
    }

    /** The fields of a JSON object, or null if the text is something else. */
    static @Nullable Map<String, @Nullable Object> parseObject(String text) {
        try {
            return read(text) instanceof Map<?, ?> map ? object(map) : null;
        } catch (TokenizerException | ArithmeticException e) {
            return null;
        }
    }

    private static @Nullable Object read(String text) throws TokenizerException {
        return JsonReader.read(text.getBytes(StandardCharsets.UTF_8), "an answer");
    }

    private static @Nullable Object copy(@Nullable Object value) {
        if (value instanceof Integer number) {
            return number.longValue();
        } else if (value instanceof Double number && !Double.isFinite(number)) {
            throw new ArithmeticException("not a finite number");
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> elements = new ArrayList<>(list.size());
            for (Object element : list) {
                elements.add(copy(element));
            }
            return Collections.unmodifiableList(elements);
        } else if (value instanceof Map<?, ?> map) {
            return object(map);
        }
        return value;
    }

    private static Map<String, @Nullable Object> object(Map<?, ?> map) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        map.forEach((name, field) -> fields.put((String) name, copy(field)));
        return Collections.unmodifiableMap(fields);
    }
}

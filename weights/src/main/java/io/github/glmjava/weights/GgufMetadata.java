package io.github.glmjava.weights;

import io.github.glmjava.weights.GgufValue.Flag;
import io.github.glmjava.weights.GgufValue.Many;
import io.github.glmjava.weights.GgufValue.Real;
import io.github.glmjava.weights.GgufValue.Text;
import io.github.glmjava.weights.GgufValue.Whole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a GGUF file, each value checked as it is asked for. Immutable; lists are read from the mapped file,
 * which has to be open.
 */
public final class GgufMetadata {
    /** A token or a merge rule; a longer one would be an attack. */
    private static final int MAX_ELEMENT_BYTES = 1 << 16;

    private final Map<String, GgufValue> values;
    private final GgufInput input;
    private final Path path;

    GgufMetadata(Map<String, GgufValue> values, GgufInput input, Path path) {
        this.values = values;
        this.input = input;
        this.path = path;
    }

    /** All keys, in the order of the file. */
    public Set<String> keys() {
        return values.keySet();
    }

    /** Whether there is such a value. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /**
     * A text.
     *
     * @throws CheckpointException if it is missing or something else
     */
    public String text(String key) throws CheckpointException {
        if (get(key) instanceof Text text) {
            return text.value();
        }
        throw wrong(key, "a text");
    }

    /** A text, or what stands in for a missing one. */
    public String text(String key, String missing) throws CheckpointException {
        return has(key) ? text(key) : missing;
    }

    /**
     * A whole number in a range, both ends included.
     *
     * @throws CheckpointException if it is missing, something else or out of range
     */
    public long whole(String key, long min, long max) throws CheckpointException {
        if (get(key) instanceof Whole whole && whole.value() >= min && whole.value() <= max) {
            return whole.value();
        }
        throw wrong(key, "a whole number from " + min + " to " + max);
    }

    /** A number, whole or not, that is finite. */
    public double number(String key) throws CheckpointException {
        GgufValue value = get(key);
        if (value instanceof Real real && Double.isFinite(real.value())) {
            return real.value();
        }
        if (value instanceof Whole whole) {
            return whole.value();
        }
        throw wrong(key, "a finite number");
    }

    /** A truth value, or what stands in for a missing one. */
    public boolean flag(String key, boolean missing) throws CheckpointException {
        if (!has(key)) {
            return missing;
        }
        if (get(key) instanceof Flag flag) {
            return flag.value();
        }
        throw wrong(key, "true or false");
    }

    /**
     * A list of texts.
     *
     * @param max how many there may be
     * @throws CheckpointException if it is missing, something else, too long or malformed
     */
    public List<String> texts(String key, int max) throws CheckpointException {
        Many array = array(key, GgufValue.Type.STRING, max, "a list of texts");
        return MappedRead.of(path, Quoted.of(key), () -> {
            List<String> texts = new ArrayList<>();
            GgufInput elements = input.at(array.position());
            for (long i = 0; i < array.count(); i++) {
                texts.add(elements.string(MAX_ELEMENT_BYTES, "element " + i + " of " + Quoted.of(key)));
            }
            return texts;
        });
    }

    /** A list of whole numbers of 32 bits, otherwise like {@link #texts}. */
    public int[] integers(String key, int max) throws CheckpointException {
        Many array = array(key, GgufValue.Type.INT32, max, "a list of 32-bit whole numbers");
        return MappedRead.of(path, Quoted.of(key), () -> {
            int[] integers = new int[(int) array.count()];
            GgufInput elements = input.at(array.position());
            for (int i = 0; i < integers.length; i++) {
                integers[i] = elements.int32(key);
            }
            return integers;
        });
    }

    /** A list of 32-bit floats, otherwise like {@link #texts}. */
    public float[] floats(String key, int max) throws CheckpointException {
        Many array = array(key, GgufValue.Type.FLOAT32, max, "a list of 32-bit floats");
        return MappedRead.of(path, Quoted.of(key), () -> {
            float[] floats = new float[(int) array.count()];
            GgufInput elements = input.at(array.position());
            for (int i = 0; i < floats.length; i++) {
                floats[i] = Float.intBitsToFloat(elements.int32(key));
            }
            return floats;
        });
    }

    private Many array(String key, GgufValue.Type type, int max, String expected) throws CheckpointException {
        if (get(key) instanceof Many array && isLike(array.type(), type)) {
            if (array.count() > max) {
                throw new CheckpointException(
                        path + ": " + Quoted.of(key) + " is a list of " + array.count() + ", expected at most " + max);
            }
            return array;
        }
        throw wrong(key, expected);
    }

    private static boolean isLike(GgufValue.Type found, GgufValue.Type expected) {
        return found == expected || (expected == GgufValue.Type.INT32 && found == GgufValue.Type.UINT32);
    }

    /** An error about a value. */
    public CheckpointException wrong(String key, String expected) {
        GgufValue value = values.get(key);
        return new CheckpointException(path + ": " + Quoted.of(key) + " is "
                + (value == null ? "missing" : describe(value)) + ", expected " + expected);
    }

    private @Nullable GgufValue get(String key) {
        return values.get(key);
    }

    static String describe(GgufValue value) {
        if (value instanceof Whole whole) {
            return Long.toString(whole.value());
        }
        if (value instanceof Real real) {
            return Double.toString(real.value());
        }
        if (value instanceof Flag flag) {
            return Boolean.toString(flag.value());
        }
        if (value instanceof Text text) {
            return Quoted.of(text.value());
        }
        return "a list";
    }
}

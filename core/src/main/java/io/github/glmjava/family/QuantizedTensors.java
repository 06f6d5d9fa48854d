package io.github.glmjava.family;

import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.Quantizer;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a checkpoint keeps matrices in Q8 and Q4: the bytes that the kernels read, as a tensor of U8 that has the weight's
 * name and the format behind it, {@code ....dense.weight.q4}. The metadata names the version of the layout of these bytes.
 */
public final class QuantizedTensors {
    /** The key of the layout's version in the metadata. */
    public static final String LAYOUT_KEY = "glm_java.block_layout";

    private QuantizedTensors() {}

    /** The name of a quantised matrix. */
    public static String name(String weight, MatrixFormat format) {
        return weight + "." + format.name().toLowerCase(Locale.ROOT);
    }

    /** The shape of a quantised matrix: its bytes. */
    public static List<Long> shape(MatrixFormat format, int rows, int columns) {
        return List.of(format.bytes(rows, columns));
    }

    /** What the metadata of a checkpoint with such tensors says about them. */
    public static Map<String, String> metadata() {
        return Map.of(LAYOUT_KEY, Integer.toString(Quantizer.LAYOUT_VERSION));
    }

    /**
     * Makes sure that the kernels know the layout.
     *
     * @throws CheckpointException if it is another version's
     */
    static void requireLayout(Checkpoint checkpoint) throws CheckpointException {
        String version = checkpoint.metadata().get(LAYOUT_KEY);
        if (!Integer.toString(Quantizer.LAYOUT_VERSION).equals(version)) {
            throw new CheckpointException(checkpoint.file() + ": " + LAYOUT_KEY + " of the quantised weights is "
                    + (version == null ? "missing" : "\"" + version + "\"") + ", expected \"" + Quantizer.LAYOUT_VERSION
                    + "\": quantise the original model again with this version");
        }
    }
}

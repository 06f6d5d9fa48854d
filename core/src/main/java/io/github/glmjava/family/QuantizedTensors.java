package io.github.glmjava.family;

import io.github.glmjava.WeightFormat;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.Quantizer;
import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How a checkpoint keeps matrices in Q8 and Q4: the bytes that the kernels read, as a tensor of U8 that has the weight's
 * name and the format behind it, {@code ....dense.weight.q4}. Matrices of heads that are made of one weight make up a
 * tensor with a row for each of them, {@code ....kv_b_proj.weight.keys.q4}. The metadata names the recipe and the version of the layout.
 */
public final class QuantizedTensors {
    private static final String WEIGHTS_KEY = "glm_java.weights";

    private static final String LAYOUT_KEY = "glm_java.block_layout";

    private static final String PARAMETERS_KEY = "glm_java.parameters";

    private QuantizedTensors() {}

    /** The name of a quantised matrix. */
    public static String name(String weight, MatrixFormat format) {
        return weight + "." + format.name().toLowerCase(Locale.ROOT);
    }

    /** What the matrices are called that lead from a head's query into the latent space, made of this weight. */
    public static String keys(String weight) {
        return weight + ".keys";
    }

    /** What the matrices are called that lead from the latent to a head's value, made of this weight. */
    public static String values(String weight) {
        return weight + ".values";
    }

    /** The shape of a quantised matrix: its bytes. */
    public static List<Long> shape(MatrixFormat format, int rows, int columns) {
        return List.of(format.bytes(rows, columns));
    }

    /** The shape of several quantised matrices of one shape that lie one after the other. */
    public static List<Long> shape(MatrixFormat format, int count, int rows, int columns) {
        return count == 1 ? shape(format, rows, columns) : List.of((long) count, format.bytes(rows, columns));
    }

    /** What the metadata of a quantised checkpoint says. */
    public static Map<String, String> metadata(WeightFormat weights, long parameters) {
        return Map.of(
                WEIGHTS_KEY,
                weights.name().toLowerCase(Locale.ROOT),
                LAYOUT_KEY,
                Integer.toString(Quantizer.LAYOUT_VERSION),
                PARAMETERS_KEY,
                Long.toString(parameters));
    }

    /** The number of parameters of a checkpoint, which bytes of quantised tensors do not tell. */
    public static long parameters(Checkpoint checkpoint) {
        String stated = checkpoint.metadata().getOrDefault(PARAMETERS_KEY, "");
        if (areIn(checkpoint) && stated.matches("[0-9]{1,18}")) {
            return Long.parseLong(stated);
        }
        return checkpoint.tensors().values().stream()
                .mapToLong(StoredTensor::elements)
                .sum();
    }

    /** Quantises one matrix into memory of the size that it takes. */
    static void quantize(String name, RowSource source, MatrixFormat format, MemorySegment target, WorkerTeam team)
            throws CheckpointException {
        try {
            Quantizer.quantize(source, format, target, team);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException("tensor \"" + name + "\" cannot be quantised: " + e.getMessage(), e);
        }
    }

    /** Whether a checkpoint is quantised in our own way. */
    public static boolean areIn(Checkpoint checkpoint) {
        return checkpoint.metadata().containsKey(WEIGHTS_KEY)
                || checkpoint.metadata().containsKey(LAYOUT_KEY);
    }

    /**
     * The format of a checkpoint's matrices: what its metadata says if it is quantised, else what the user chose.
     *
     * @throws CheckpointException if it is quantised in another format than was chosen, or by a version with another layout
     */
    static WeightFormat format(Checkpoint checkpoint, WeightFormat chosen) throws CheckpointException {
        if (!areIn(checkpoint)) {
            return chosen;
        }
        String layout = checkpoint.metadata().get(LAYOUT_KEY);
        if (!Integer.toString(Quantizer.LAYOUT_VERSION).equals(layout)) {
            throw new CheckpointException(checkpoint.file() + ": " + LAYOUT_KEY + " of the quantised weights is "
                    + Objects.toString(layout, "missing") + ", expected " + Quantizer.LAYOUT_VERSION
                    + ": quantise the original model again with this version");
        }
        String name = checkpoint.metadata().get(WEIGHTS_KEY);
        for (WeightFormat format : WeightFormat.values()) {
            if (format != WeightFormat.AS_STORED
                    && format.name().toLowerCase(Locale.ROOT).equals(name)) {
                if (chosen != WeightFormat.AS_STORED && chosen != format) {
                    throw new CheckpointException(checkpoint.file() + ": the weights are quantised as " + name
                            + " and cannot be loaded as " + chosen.name().toLowerCase(Locale.ROOT)
                            + ": load the original model");
                }
                return format;
            }
        }
        throw new CheckpointException(checkpoint.file() + ": " + WEIGHTS_KEY + " is "
                + Objects.toString(name, "missing") + ", expected one of q8, mixed, q4");
    }
}

package io.github.glmjava.family;

import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.Prefix;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.MatrixMultiplication;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a prefix of P-Tuning v2 as the ptuning scripts of ChatGLM save it: a checkpoint with the tensors of the
 * {@code PrefixEncoder} (modeling_chatglm.py), with or without those of the model itself.
 *
 * <p>An embedding has one row a slot. Without projection that is the slot's keys and values; with it, they are
 * {@code W2 tanh(W0 e + b0) + b2}.
 */
public final class PrefixReader {
    private static final String ENCODER = "transformer.prefix_encoder.";
    private static final int MAX_LENGTH = 1 << 14;

    private final Checkpoint checkpoint;
    private final Kernels kernels;
    private final MatrixMultiplication multiplication;

    private PrefixReader(Checkpoint checkpoint, Kernels kernels, WorkerTeam team) {
        this.checkpoint = checkpoint;
        this.kernels = kernels;
        multiplication = new MatrixMultiplication(team);
    }

    /**
     * Reads a prefix.
     *
     * @param folder holds a checkpoint and, if the scripts' {@code config.json} is there as well, what it says has to agree
     * @param config of the model that the prefix is for
     * @throws CheckpointException if it is malformed or for another model
     */
    public static Prefix read(Path folder, GlmConfig config, Kernels kernels, WorkerTeam team) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return read(checkpoint, fields(folder), config, kernels, team);
        }
    }

    /** The scripts' configuration, if it is there. */
    static @Nullable ConfigFields fields(Path folder) throws IOException {
        Path file = folder.resolve("config.json");
        return Files.exists(file) ? ConfigFields.read(file) : null;
    }

    /** Reads a prefix of a checkpoint, with which the fields have to agree if there are any. */
    static Prefix read(
            Checkpoint checkpoint, @Nullable ConfigFields fields, GlmConfig config, Kernels kernels, WorkerTeam team)
            throws CheckpointException {
        StoredTensor embedding = checkpoint.tensor(ENCODER + "embedding.weight");
        boolean projected = isProjected(checkpoint);
        if (fields != null) {
            check(fields, embedding, projected);
        }
        return new PrefixReader(checkpoint, kernels, team).read(embedding, projected, Prefix.width(config));
    }

    /** Whether a tensor belongs to a prefix. */
    static boolean isOfPrefix(String name) {
        return name.startsWith(ENCODER);
    }

    /** Writes the fields by which a configuration says that a prefix belongs to the model. */
    static void describe(Checkpoint checkpoint, ObjectNode config) throws CheckpointException {
        config.put(
                "pre_seq_len",
                checkpoint.tensor(ENCODER + "embedding.weight").shape().getFirst());
        config.put("prefix_projection", isProjected(checkpoint));
    }

    private static boolean isProjected(Checkpoint checkpoint) {
        return checkpoint.find(ENCODER + "trans.0.weight") != null;
    }

    private static void check(ConfigFields fields, StoredTensor embedding, boolean projected)
            throws CheckpointException {
        int length = fields.integer("pre_seq_len", 1, MAX_LENGTH);
        if (embedding.shape().isEmpty() || embedding.shape().getFirst() != length) {
            throw fields.wrong("pre_seq_len", length, "the rows of " + embedding.name() + " " + embedding.shape());
        }
        if (fields.flag("prefix_projection", false) != projected) {
            throw fields.wrong(
                    "prefix_projection",
                    !projected,
                    projected + ": the checkpoint has " + (projected ? "a" : "no") + " projection");
        }
    }

    private Prefix read(StoredTensor embedding, boolean projected, int width) throws CheckpointException {
        if (embedding.shape().size() != 2
                || embedding.shape().getFirst() < 1
                || embedding.shape().getFirst() > MAX_LENGTH) {
            throw wrong(embedding, "one row for each of 1 to " + MAX_LENGTH + " slots");
        }
        int length = embedding.shape().getFirst().intValue();
        float[] rows = embedding.toFloats();
        if (!projected) {
            if (rows.length != (long) length * width) {
                throw wrong(embedding, "[" + length + ", " + width + "] for this model");
            }
            return new Prefix(length, rows);
        }
        float[] inner = linear("trans.0", rows, length);
        for (int i = 0; i < inner.length; i++) {
            inner[i] = (float) Math.tanh(inner[i]);
        }
        float[] features = linear("trans.2", inner, length);
        if (features.length != (long) length * width) {
            throw wrong(checkpoint.tensor(ENCODER + "trans.2.weight"), "[" + width + ", ...] for this model");
        }
        return new Prefix(length, features);
    }

    private float[] linear(String module, float[] input, int slots) throws CheckpointException {
        StoredTensor weight = checkpoint.tensor(ENCODER + module + ".weight");
        StoredTensor bias = checkpoint.tensor(ENCODER + module + ".bias");
        int columns = input.length / slots;
        if (weight.shape().size() != 2
                || weight.shape().get(1) != columns
                || weight.shape().get(0) < 1) {
            throw wrong(weight, "[..., " + columns + "]");
        }
        if (!bias.shape().equals(weight.shape().subList(0, 1))) {
            throw wrong(bias, weight.shape().subList(0, 1).toString());
        }
        MatrixFormat format = StoredWeights.floatFormat(weight);
        float[] addend = bias.toFloats();
        float[] output = new float[Math.multiplyExact(slots, addend.length)];
        return weight.read(data -> {
            Matrix matrix = kernels.matrix(format, data, addend.length, columns);
            multiplication.multiply(matrix, input, slots, output);
            for (int slot = 0; slot < slots; slot++) {
                kernels.add(output, slot * addend.length, addend, 0, addend.length);
            }
            return output;
        });
    }

    private static CheckpointException wrong(StoredTensor tensor, String expected) {
        return new CheckpointException(tensor.file() + ": tensor \"" + tensor.name() + "\" has shape " + tensor.shape()
                + ", expected " + expected);
    }
}

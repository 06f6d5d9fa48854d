package io.github.glmjava.family;

import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.LatentAttention;
import io.github.glmjava.layer.LatentConfig;
import io.github.glmjava.layer.Linear;
import io.github.glmjava.layer.RmsNorm;
import io.github.glmjava.tensor.Matrix;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.weights.CheckpointException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds latent attention, for which the projection from the latent is taken apart by heads. */
final class LatentAttentionLoader {
    private final GlmConfig config;
    private final LatentConfig latent;
    private final TensorNames names;
    private final StoredWeights weights;
    private final @Nullable MatrixFormat format;

    /** @param format what matrices are converted to, or null to leave them as stored */
    LatentAttentionLoader(
            GlmConfig config,
            LatentConfig latent,
            TensorNames names,
            StoredWeights weights,
            @Nullable MatrixFormat format) {
        this.config = config;
        this.latent = latent;
        this.names = names;
        this.weights = weights;
        this.format = format;
    }

    LatentAttention load(int layer) throws CheckpointException {
        AttentionConfig attention = config.attention();
        int heads = attention.heads();
        int hiddenSize = config.hiddenSize();
        boolean compressed = latent.queryRank() > 0;
        Linear queryDown =
                compressed ? linear(TensorRole.QUERY_DOWN, layer, latent.queryRank(), hiddenSize, latent.bias()) : null;
        Linear query = compressed
                ? linear(TensorRole.QUERY_UP, layer, heads * latent.querySize(), latent.queryRank(), false)
                : linear(TensorRole.QUERY, layer, heads * latent.querySize(), hiddenSize, false);
        Linear latentDown = linear(TensorRole.LATENT_DOWN, layer, attention.keySize(), hiddenSize, latent.bias());
        RmsNorm latentNorm = norm(TensorRole.LATENT_NORM, layer, latent.rank());

        return new LatentAttention(
                attention,
                latent,
                queryDown,
                compressed ? norm(TensorRole.QUERY_DOWN_NORM, layer, latent.queryRank()) : null,
                query,
                latentDown,
                latentNorm,
                keysToLatent(layer),
                latentToValues(layer),
                linear(TensorRole.ATTENTION_OUTPUT, layer, hiddenSize, heads * latent.valueSize(), latent.bias()));
    }

    private List<Matrix> keysToLatent(int layer) throws CheckpointException {
        String stackName = QuantizedTensors.keys(names.of(TensorRole.LATENT_UP, layer));
        return heads(TensorRole.KEY_TO_LATENT, stackName, layer, latent.rank(), latent.plainSize(), (up, head) -> {
            float[] values = floats(up, head * headRows(), latent.plainSize());
            return new ArrayRows(transposed(values, latent.rank()), latent.rank());
        });
    }

    private List<Matrix> latentToValues(int layer) throws CheckpointException {
        String stackName = QuantizedTensors.values(names.of(TensorRole.LATENT_UP, layer));
        return heads(TensorRole.LATENT_TO_VALUE, stackName, layer, latent.valueSize(), latent.rank(), (up, head) -> {
            int first = head * headRows() + latent.plainSize();
            return new ArrayRows(floats(up, first, latent.valueSize()), latent.valueSize());
        });
    }

    /** The part of one head in the matrix that has those of all heads. */
    private interface HeadPart {
        RowSource of(RowSource up, int head);
    }

    /** A matrix for each head: as a file has it, as a quantised folder has all of them, or cut out of the matrix of all. */
    private List<Matrix> heads(TensorRole role, String stackName, int layer, int rows, int columns, HeadPart part)
            throws CheckpointException {
        if (isInParts(role, layer)) {
            return parts(role, layer, rows, columns);
        }
        int heads = config.attention().heads();
        if (format != null && weights.isQuantized(stackName, format)) {
            return weights.quantizedStack(stackName, heads, rows, columns, format);
        }
        String name = names.of(TensorRole.LATENT_UP, layer);
        RowSource up = weights.rows(name, heads * headRows(), latent.rank());
        MatrixStack stack = new MatrixStack(heads, rows, columns, head -> part.of(up, head));
        return weights.stack(name, stackName, stack, format);
    }

    /** Whether a file has one matrix for each head instead of one for all: GGUF has. */
    private boolean isInParts(TensorRole role, int layer) {
        String first = names.of(role, layer, 0);
        return weights.has(first) || (format != null && weights.isQuantized(first, format));
    }

    /** The parts of each head as they are stored. */
    private List<Matrix> parts(TensorRole role, int layer, int rows, int columns) throws CheckpointException {
        List<Matrix> parts = new ArrayList<>();
        for (int head = 0; head < config.attention().heads(); head++) {
            parts.add(weights.matrix(names.of(role, layer, head), rows, columns, format));
        }
        return parts;
    }

    /** Of each head's keys and then of its values. */
    private int headRows() {
        return latent.plainSize() + latent.valueSize();
    }

    private Linear linear(TensorRole role, int layer, int rows, int columns, boolean bias) throws CheckpointException {
        String name = names.of(role, layer);
        return weights.linear(name, bias ? TensorNames.biasOf(name) : null, rows, columns, format);
    }

    private RmsNorm norm(TensorRole role, int layer, int size) throws CheckpointException {
        return new RmsNorm(weights.vector(names.of(role, layer), size), latent.normEpsilon());
    }

    private static float[] floats(RowSource source, int first, int rows) {
        float[] values = new float[rows * source.columns()];
        for (int row = 0; row < rows; row++) {
            source.readRow(first + row, values, row * source.columns());
        }
        return values;
    }

    private static float[] transposed(float[] values, int columns) {
        float[] transposed = new float[values.length];
        int rows = values.length / columns;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                transposed[column * rows + row] = values[row * columns + column];
            }
        }
        return transposed;
    }

    /** Rows that lie in an array. */
    private static final class ArrayRows implements RowSource {
        private final float[] values;
        private final int rows;

        ArrayRows(float[] values, int rows) {
            this.values = values;
            this.rows = rows;
        }

        @Override
        public int rows() {
            return rows;
        }

        @Override
        public int columns() {
            return values.length / rows;
        }

        @Override
        public void readRow(int row, float[] target, int offset) {
            System.arraycopy(values, row * columns(), target, offset, columns());
        }
    }
}

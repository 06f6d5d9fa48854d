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

        List<Matrix> keysToLatent = new ArrayList<>();
        List<Matrix> latentToValues = new ArrayList<>();
        if (weights.has(names.of(TensorRole.KEY_TO_LATENT, layer, 0))) {
            addParts(layer, keysToLatent, latentToValues);
        } else {
            takeApart(layer, keysToLatent, latentToValues);
        }
        return new LatentAttention(
                attention,
                latent,
                queryDown,
                compressed ? norm(TensorRole.QUERY_DOWN_NORM, layer, latent.queryRank()) : null,
                query,
                latentDown,
                latentNorm,
                keysToLatent,
                latentToValues,
                linear(TensorRole.ATTENTION_OUTPUT, layer, hiddenSize, heads * latent.valueSize(), latent.bias()));
    }

    /** Uses the parts of each head as they are stored. */
    private void addParts(int layer, List<Matrix> keysToLatent, List<Matrix> latentToValues)
            throws CheckpointException {
        for (int head = 0; head < config.attention().heads(); head++) {
            keysToLatent.add(weights.matrix(
                    names.of(TensorRole.KEY_TO_LATENT, layer, head), latent.rank(), latent.plainSize(), format));
            latentToValues.add(weights.matrix(
                    names.of(TensorRole.LATENT_TO_VALUE, layer, head), latent.valueSize(), latent.rank(), format));
        }
    }

    private void takeApart(int layer, List<Matrix> keysToLatent, List<Matrix> latentToValues)
            throws CheckpointException {
        int heads = config.attention().heads();
        int headRows = latent.plainSize() + latent.valueSize();
        String upName = names.of(TensorRole.LATENT_UP, layer);
        RowSource up = weights.rows(upName, heads * headRows, latent.rank());
        for (int head = 0; head < heads; head++) {
            int first = head * headRows;
            float[] keys = floats(up, first, latent.plainSize());
            float[] values = floats(up, first + latent.plainSize(), latent.valueSize());
            keysToLatent.add(
                    weights.matrix(upName, new ArrayRows(transposed(keys, latent.rank()), latent.rank()), format));
            latentToValues.add(weights.matrix(upName, new ArrayRows(values, latent.valueSize()), format));
        }
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

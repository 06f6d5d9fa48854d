package io.github.glmjava.tensor;

/**
 * A matrix of integers, each row of which has one scale: {@code y_r = scale_r * sum_i q_ri x_i}. The scale comes after
 * the sum, so that the integers are used as they lie.
 */
public final class RowScaledMatrix extends Matrix {
    private final Matrix integers;
    private final float[] scales;

    /**
     * @param integers the matrix without its scales
     * @param scales one for each row; not copied
     */
    public RowScaledMatrix(Matrix integers, float[] scales) {
        super(integers.format(), integers.data(), integers.rows(), integers.columns());
        if (scales.length != integers.rows()) {
            throw new IllegalArgumentException(integers.rows() + " rows need as many scales, found " + scales.length);
        }
        this.integers = integers;
        this.scales = scales;
    }

    @Override
    public void readRow(int row, float[] target, int offset) {
        integers.readRow(row, target, offset);
        for (int i = offset; i < offset + columns(); i++) {
            target[i] *= scales[row];
        }
    }

    @Override
    void reserve(int tokens, Activations arranged) {
        integers.reserve(tokens, arranged);
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        integers.arrange(input, tokens, arranged, from, to);
    }

    @Override
    int rowGrain(int tokens) {
        return integers.rowGrain(tokens);
    }

    @Override
    void multiply(
            Activations arranged,
            int tokens,
            float[] output,
            int offset,
            int stride,
            WorkerScratch scratch,
            int from,
            int to) {
        integers.multiply(arranged, tokens, output, offset, stride, scratch, from, to);
        for (int token = 0; token < tokens; token++) {
            int first = offset + token * stride;
            for (int row = from; row < to; row++) {
                output[first + row] *= scales[row];
            }
        }
    }
}

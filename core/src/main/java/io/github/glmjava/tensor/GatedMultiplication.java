package io.github.glmjava.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code output = silu(input x gate^T) * (input x up^T)} for many tokens, split over a team by rows: the products of a few rows are
 * combined while they are in the second-level cache, so that only the result is written to memory, half of one product of both.
 * One object per sequence, used again and again. Not safe for use by several threads.
 */
public final class GatedMultiplication implements ParallelTask {
    /** From so many tokens on every format multiplies a few rows as fast as many. */
    private static final int MANY_TOKENS = 64;

    private final MatrixMultiplication multiplication;
    private final Kernels kernels;
    private final WorkerScratch[] products;

    // What is being computed.
    private @Nullable Matrix gate;
    private @Nullable Matrix up;
    private @Nullable Activations arranged;
    private float[] output = new float[0];
    private int width;
    private int grain;
    private int tokens;

    /**
     * @param multiplication whose team does the work in its scratch space
     * @param kernels for what is done to the products
     */
    public GatedMultiplication(MatrixMultiplication multiplication, Kernels kernels) {
        this.multiplication = multiplication;
        this.kernels = kernels;
        products = new WorkerScratch[multiplication.team().threads()];
        for (int i = 0; i < products.length; i++) {
            products[i] = new WorkerScratch();
        }
    }

    /**
     * Multiplies, if the matrices and so many tokens suit.
     *
     * @param gates {@code rows x columns}, the first {@code size} rows of which are gates
     * @param ups of the same format and as many columns, the last {@code size} rows of which are ups; may be the same matrix
     * @param size rows of each
     * @param activations {@code tokens x columns}, row-major
     * @param count the number of tokens, at least 1
     * @param product receives {@code tokens x size}, row-major; must not be the activations
     * @return whether it did: not few tokens, whose products stay in the caches anyway, nor parts of blocks of rows
     */
    public boolean multiply(Matrix gates, Matrix ups, int size, float[] activations, int count, float[] product) {
        int rows = gates.rowGrain(count);
        if (count < MANY_TOKENS
                || size % rows != 0
                || ups.rows() % rows != 0
                || gates.format() != ups.format()
                || gates.columns() != ups.columns()) {
            return false;
        }
        arranged = multiplication.arrange(gates, activations, count);
        gate = gates;
        up = ups;
        output = product;
        width = size;
        grain = rows;
        tokens = count;
        multiplication.team().run(this, size, rows);
        return true;
    }

    @Override
    public void run(int worker, int from, int to) {
        Matrix gates = Objects.requireNonNull(gate);
        Matrix ups = Objects.requireNonNull(up);
        Activations input = Objects.requireNonNull(arranged);
        WorkerScratch scratch = multiplication.scratch(worker);
        int stride = 2 * grain;
        float[] both = products[worker].floats(tokens * stride);
        int start = products[worker].start();
        int firstUp = ups.rows() - width;
        for (int row = from; row < to; row += grain) {
            int upRow = firstUp + row;
            gates.multiply(input, tokens, both, start - row, stride, scratch, row, row + grain);
            ups.multiply(input, tokens, both, start + grain - upRow, stride, scratch, upRow, upRow + grain);
            for (int token = 0; token < tokens; token++) {
                kernels.swiGlu(both, start + token * stride, grain, output, token * width + row);
            }
        }
    }
}

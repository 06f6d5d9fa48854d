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

    private final WorkerTeam team;
    private final Kernels kernels;
    private final WorkerScratch[] scratch;
    private final WorkerScratch[] products;
    private final Activations arranged = new Activations();
    private final ParallelTask arrangement = this::arrange;

    // What is being computed.
    private @Nullable Matrix gate;
    private @Nullable Matrix up;
    private int firstUp;
    private int width;
    private int grain;
    private float[] input = new float[0];
    private float[] output = input;
    private int tokens;

    /**
     * @param team who does the work
     * @param kernels for what is done to the products
     */
    public GatedMultiplication(WorkerTeam team, Kernels kernels) {
        this.team = team;
        this.kernels = kernels;
        scratch = new WorkerScratch[team.threads()];
        products = new WorkerScratch[team.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new WorkerScratch();
            products[i] = new WorkerScratch();
        }
    }

    /**
     * Multiplies, if the matrices and so many tokens suit.
     *
     * @param gates {@code rows x columns}, the first {@code size} of which are gates
     * @param ups of the same format and as many columns; may be the gates
     * @param ofUp the first row of the ups
     * @param size rows of each
     * @param activations {@code tokens x columns}, row-major
     * @param count the number of tokens, at least 1
     * @param product receives {@code tokens x size}, row-major; must not be the activations
     * @return whether it did: not few tokens, whose products stay in the caches anyway, nor parts of blocks of rows
     */
    public boolean multiply(
            Matrix gates, Matrix ups, int ofUp, int size, float[] activations, int count, float[] product) {
        int rows = gates.rowGrain(count);
        if (count < MANY_TOKENS
                || size % rows != 0
                || ofUp % rows != 0
                || gates.format() != ups.format()
                || gates.columns() != ups.columns()) {
            return false;
        }
        gate = gates;
        up = ups;
        firstUp = ofUp;
        width = size;
        grain = rows;
        input = activations;
        output = product;
        tokens = count;
        gates.reserve(count, arranged);
        team.run(arrangement, count, TokenPairs.TOKENS);
        team.run(this, size, rows);
        return true;
    }

    private void arrange(int worker, int from, int to) {
        Objects.requireNonNull(gate).arrange(input, tokens, arranged, from, to);
    }

    @Override
    public void run(int worker, int from, int to) {
        Matrix gates = Objects.requireNonNull(gate);
        Matrix ups = Objects.requireNonNull(up);
        int stride = 2 * grain;
        float[] both = products[worker].floats(tokens * stride);
        int start = products[worker].start();
        for (int row = from; row < to; row += grain) {
            int upRow = firstUp + row;
            gates.multiply(arranged, tokens, both, start, stride, scratch[worker], row, row + grain);
            ups.multiply(arranged, tokens, both, start + grain, stride, scratch[worker], upRow, upRow + grain);
            for (int token = 0; token < tokens; token++) {
                kernels.swiGlu(both, start + token * stride, grain, output, token * width + row);
            }
        }
    }
}

package io.github.glmjava.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code output = input x matrix^T}, split over a team by rows. One object per sequence, used again and again, so that a
 * decode step allocates nothing. Not safe for use by several threads.
 */
public final class MatrixMultiplication implements ParallelTask {
    /** Rows are handed out in multiples of this, so that register tiles seldom have a ragged edge. */
    private static final int ROW_GRAIN = 16;

    private final WorkerTeam team;
    private final float[][] panels;
    private float[] arranged = new float[0];

    // The product being computed.
    private @Nullable Matrix matrix;
    private float[] output = arranged;
    private int tokens;

    /** @param team who does the work */
    public MatrixMultiplication(WorkerTeam team) {
        this.team = team;
        panels = new float[team.threads()][0];
    }

    /**
     * Multiplies {@code tokens} activation rows with a weight matrix.
     *
     * @param weights {@code rows x columns}
     * @param input {@code tokens x columns}, row-major
     * @param count the number of tokens, at least 1
     * @param product receives {@code tokens x rows}, row-major; must not be the input
     */
    public void multiply(Matrix weights, float[] input, int count, float[] product) {
        int needed = weights.arrangedSize(count);
        if (arranged.length < needed) {
            arranged = new float[needed];
        }
        weights.arrange(input, count, arranged);
        matrix = weights;
        output = product;
        tokens = count;
        team.run(this, weights.rows(), ROW_GRAIN);
    }

    @Override
    public void run(int worker, int from, int to) {
        Matrix weights = Objects.requireNonNull(matrix);
        if (panels[worker].length < weights.panelSize()) {
            panels[worker] = new float[weights.panelSize()];
        }
        weights.multiply(arranged, tokens, output, panels[worker], from, to);
    }
}

package io.github.glmjava.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code output = input x matrix^T}, split over a team by rows. One object per sequence, used again and again, so that a
 * decode step allocates nothing. Not safe for use by several threads.
 */
public final class MatrixMultiplication implements ParallelTask {
    private final WorkerTeam team;
    private final WorkerScratch[] scratch;
    private final Activations arranged = new Activations();

    // The product being computed.
    private @Nullable Matrix matrix;
    private float[] output = new float[0];
    private int tokens;

    /** @param team who does the work */
    public MatrixMultiplication(WorkerTeam team) {
        this.team = team;
        scratch = new WorkerScratch[team.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new WorkerScratch();
        }
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
        weights.arrange(input, count, arranged);
        matrix = weights;
        output = product;
        tokens = count;
        team.run(this, weights.rows(), weights.rowGrain());
    }

    @Override
    public void run(int worker, int from, int to) {
        Matrix weights = Objects.requireNonNull(matrix);
        weights.multiply(arranged, tokens, output, scratch[worker], from, to);
    }
}

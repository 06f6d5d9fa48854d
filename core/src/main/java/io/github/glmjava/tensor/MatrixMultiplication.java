package io.github.glmjava.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code output = input x matrix^T}, split over a team by rows. One object per sequence, used again and again, so that a
 * decode step allocates nothing. Not safe for use by several threads.
 */
public final class MatrixMultiplication implements ParallelTask {
    /** So many tokens are worth arranging together, and whole pairs: {@link TokenPairs}. */
    private static final int ARRANGED_TOGETHER = 2 * TokenPairs.TOKENS;

    private final WorkerTeam team;
    private final WorkerScratch[] scratch;
    private final Activations arranged = new Activations();
    private final ParallelTask arrangement = this::arrangeSome;

    // The product being computed.
    private @Nullable Matrix matrix;
    private float[] input = new float[0];
    private float[] output = input;
    private int offset;
    private int stride;
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
     * @param activations {@code tokens x columns}, row-major
     * @param count the number of tokens, at least 1
     * @param product receives {@code tokens x rows}, row-major; must not be the activations
     */
    public void multiply(Matrix weights, float[] activations, int count, float[] product) {
        multiply(weights, activations, count, product, 0, weights.rows());
    }

    /**
     * The same, into a part of each token's features.
     *
     * @param product receives {@code rows} products of each token; must not be the activations
     * @param first where those of the first token go
     * @param apart how much further those of the next go, at least {@code rows}
     */
    public void multiply(Matrix weights, float[] activations, int count, float[] product, int first, int apart) {
        arrange(weights, activations, count);
        output = product;
        offset = first;
        stride = apart;
        team.run(this, weights.rows(), weights.rowGrain(count));
    }

    /** Brings the activations into the order of such weights. */
    Activations arrange(Matrix weights, float[] activations, int count) {
        matrix = weights;
        input = activations;
        tokens = count;
        weights.reserve(count, arranged);
        if (count < ARRANGED_TOGETHER) {
            arrangeSome(0, 0, count);
        } else {
            team.run(arrangement, count, ARRANGED_TOGETHER);
        }
        return arranged;
    }

    WorkerTeam team() {
        return team;
    }

    WorkerScratch scratch(int worker) {
        return scratch[worker];
    }

    private void arrangeSome(int worker, int from, int to) {
        Objects.requireNonNull(matrix).arrange(input, tokens, arranged, from, to);
    }

    @Override
    public void run(int worker, int from, int to) {
        Objects.requireNonNull(matrix).multiply(arranged, tokens, output, offset, stride, scratch[worker], from, to);
    }
}

package io.github.glmjava.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One product for each head of each token, {@code output[token][head] = matrix[head] x input[token][head]}, split over a team
 * by heads. One object per sequence, used again and again, so that a decode step allocates nothing. Not safe for use by
 * several threads.
 */
public final class HeadMultiplication implements ParallelTask {
    private final WorkerTeam team;
    private final Scratch[] scratch;

    // The product being computed.
    private List<Matrix> matrices = List.of();
    private @Nullable HeadFeatures input;
    private @Nullable HeadFeatures output;
    private int tokens;

    /** @param team who does the work */
    public HeadMultiplication(WorkerTeam team) {
        this.team = team;
        scratch = new Scratch[team.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new Scratch();
        }
    }

    /**
     * Multiplies the heads of {@code count} tokens.
     *
     * @param heads a matrix for each head, all of one shape
     * @param source where each head's input is
     * @param target where each head's output goes, in another array
     */
    public void multiply(List<Matrix> heads, HeadFeatures source, int count, HeadFeatures target) {
        matrices = heads;
        input = source;
        output = target;
        tokens = count;
        team.run(this, heads.size(), 1);
    }

    @Override
    public void run(int worker, int from, int to) {
        HeadFeatures source = input;
        HeadFeatures target = output;
        if (source != null && target != null) {
            for (int head = from; head < to; head++) {
                multiply(matrices.get(head), head, source, target, scratch[worker]);
            }
        }
    }

    private void multiply(Matrix matrix, int head, HeadFeatures source, HeadFeatures target, Scratch own) {
        int columns = matrix.columns();
        int rows = matrix.rows();
        own.reserve(tokens * columns, tokens * rows);
        for (int token = 0; token < tokens; token++) {
            System.arraycopy(source.values, source.offset(token, head), own.input, token * columns, columns);
        }
        matrix.arrange(own.input, tokens, own.arranged);
        matrix.multiply(own.arranged, tokens, own.product, 0, rows, own.matrix, 0, rows);
        for (int token = 0; token < tokens; token++) {
            System.arraycopy(own.product, token * rows, target.values, target.offset(token, head), rows);
        }
    }

    /** What one worker needs for itself. */
    private static final class Scratch {
        final Activations arranged = new Activations();
        final WorkerScratch matrix = new WorkerScratch();
        float[] input = new float[0];
        float[] product = input;

        void reserve(int inputs, int products) {
            if (input.length < inputs) {
                input = new float[inputs];
            }
            if (product.length < products) {
                product = new float[products];
            }
        }
    }
}

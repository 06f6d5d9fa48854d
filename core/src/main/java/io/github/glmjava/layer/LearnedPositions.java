package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.RowSource;

/**
 * Learned embeddings of a token's two positions, added to that of the token itself (Du et al. 2022, section 2.1).
 *
 * @param text one row for each position in the text
 * @param blank one row for each position in a blank
 */
public record LearnedPositions(RowSource text, RowSource blank) {
    /** Adds the embeddings of {@code tokens} tokens, of which the first is at index {@code first} of the sequence. */
    void add(Kernels kernels, TokenPositions positions, int first, int tokens, float[] hidden, float[] row) {
        int size = text.columns();
        for (int i = 0; i < tokens; i++) {
            text.readRow(positions.position(0, first + i), row, 0);
            kernels.add(hidden, i * size, row, 0, size);
            blank.readRow(positions.position(1, first + i), row, 0);
            kernels.add(hidden, i * size, row, 0, size);
        }
    }
}

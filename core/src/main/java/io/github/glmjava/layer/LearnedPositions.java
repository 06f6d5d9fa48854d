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
    /**
     * Adds the embeddings of the token at an index of the sequence.
     *
     * @param hidden the token's embedding from {@code offset} on
     * @param row scratch space for one embedding
     */
    void add(Kernels kernels, TokenPositions positions, int index, float[] hidden, int offset, float[] row) {
        text.readRow(positions.position(0, index), row, 0);
        kernels.add(hidden, offset, row, 0, text.columns());
        blank.readRow(positions.position(1, index), row, 0);
        kernels.add(hidden, offset, row, 0, text.columns());
    }
}

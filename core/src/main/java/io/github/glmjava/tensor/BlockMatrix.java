package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A quantised matrix multiplied by vector kernels whose lanes are rows: {@link BlockLayout}. A few tokens stream each
 * block through registers. For many, two blocks of rows are unpacked at a time, a part of the columns that fits the
 * first-level cache, and multiplied with all tokens; the sums wait in scratch space between parts.
 */
abstract class BlockMatrix extends Matrix {
    /** Rows that are unpacked together. */
    static final int PANEL_ROWS = 64;

    /** Rows that are streamed together: as many as hide the latency of an operation, in whole panels. */
    static final int STREAMED_ROWS = Math.max(PANEL_ROWS, 8 * Lanes.COUNT);

    /** So few tokens are streamed one by one: a tile would multiply half of its tokens in vain. */
    private static final int TOKENS_ALONE = 2;

    private final BlockLayout layout;
    private final int tiledTokens;
    private final int tileTokens;
    private final int panelGroups;
    private final int streamedTokens;

    /**
     * @param tiledTokens from so many tokens on it is faster to unpack a panel than to stream blocks from the cache
     * @param tileTokens tokens whose activations are interleaved for a tile
     * @param panelGroups groups of columns that are unpacked together: what a tile reads of them should stay in the
     *     first-level cache, but the fewer they are, the more often the sums are read and written
     * @param streamedTokens tokens that are streamed together
     */
    BlockMatrix(
            MatrixFormat format,
            MemorySegment data,
            int rows,
            int columns,
            int tiledTokens,
            int tileTokens,
            int panelGroups,
            int streamedTokens) {
        super(format, data, rows, columns);
        this.tiledTokens = tiledTokens;
        this.tileTokens = tileTokens;
        this.panelGroups = panelGroups;
        this.streamedTokens = streamedTokens;
        layout = BlockLayout.of(format, columns);
    }

    final BlockLayout layout() {
        return layout;
    }

    /** Whether so many tokens are worth unpacking a panel; else they stream the blocks, some at a time. */
    final boolean isTiled(int tokens) {
        return tokens >= tiledTokens;
    }

    /** Whether so few tokens are streamed one by one. */
    static boolean isAlone(int tokens) {
        return tokens <= TOKENS_ALONE;
    }

    /** For how many tokens the activations of so many need room. */
    final int room(int tokens) {
        if (isAlone(tokens)) {
            return tokens;
        }
        return Activations.tiled(tokens, isTiled(tokens) ? tileTokens : streamedTokens);
    }

    /** Floats of scratch space for the sums of tokens that are streamed together and what a kernel needs besides. */
    abstract int streamedFloats();

    /**
     * Multiplies the rows from this one on with tokens that are streamed together.
     *
     * @param tokens how many are arranged
     * @param token the first
     * @param count how many are streamed together
     * @param sums receives {@code STREAMED_ROWS} products of each token from {@code start} on; {@code streamedFloats} in all
     */
    abstract void stream(int row, Activations arranged, int tokens, int token, int count, float[] sums, int start);

    /**
     * Adds the products of a panel to the sums, which begin with those of the first columns.
     *
     * @param row the first row
     * @param firstGroup where the part of the columns begins
     * @param groups how many groups of columns, as many as are unpacked together or the last ones
     * @param scratch running sums of {@code PANEL_ROWS} for each token, the tokens rounded up to whole tiles, and behind them
     *     {@link #panelFloats}
     * @param start where the sums begin
     */
    abstract void multiplyPanel(
            int row, int firstGroup, int groups, Activations arranged, int tokens, float[] scratch, int start);

    /** Floats of scratch space behind the sums. */
    abstract int panelFloats();

    @Override
    public final void readRow(int row, float[] target, int offset) {
        layout.readRow(data(), row, target, offset);
    }

    @Override
    final int rowGrain(int tokens) {
        return isTiled(tokens) ? PANEL_ROWS : STREAMED_ROWS;
    }

    @Override
    final void multiply(
            Activations arranged,
            int tokens,
            float[] output,
            int offset,
            int stride,
            WorkerScratch scratch,
            int from,
            int to) {
        if (!isTiled(tokens)) {
            float[] sums = scratch.floats(streamedFloats());
            int start = scratch.start();
            for (int row = from; row < to; row += STREAMED_ROWS) {
                for (int token = 0; token < tokens; ) {
                    int count = isAlone(tokens) ? 1 : Math.min(streamedTokens, tokens - token);
                    stream(row, arranged, tokens, token, count, sums, start);
                    for (int i = 0; i < count; i++) {
                        int source = start + i * STREAMED_ROWS;
                        int target = offset + token++ * stride + row;
                        System.arraycopy(sums, source, output, target, Math.min(STREAMED_ROWS, to - row));
                    }
                }
            }
            return;
        }
        float[] sums = scratch.floats(room(tokens) * PANEL_ROWS + panelFloats());
        int start = scratch.start();
        for (int row = from; row < to; row += PANEL_ROWS) {
            for (int group = 0; group < layout.groups(); group += panelGroups) {
                int groups = Math.min(panelGroups, layout.groups() - group);
                multiplyPanel(row, group, groups, arranged, tokens, sums, start);
            }
            int count = Math.min(PANEL_ROWS, to - row);
            for (int token = 0; token < tokens; token++) {
                System.arraycopy(sums, start + token * PANEL_ROWS, output, offset + token * stride + row, count);
            }
        }
    }

    /** A row, or if it lies beyond the last block, one in a block that exists: what is computed of it is not used. */
    final int inBlock(int row, int existing) {
        return row < rows() ? row : existing;
    }
}

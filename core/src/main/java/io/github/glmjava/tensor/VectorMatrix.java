package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A matrix multiplied by vector kernels. A single token streams the stored rows through registers, four at a time, if
 * the columns fill whole steps of the kernel. Else, and for several tokens, a panel of rows is unpacked to floats,
 * small enough to stay in the cache, and {@link FloatTile} multiplies it with all tokens. Both accumulate in the same
 * order.
 */
abstract class VectorMatrix extends Matrix {
    /** Rows that are streamed together: as many independent sums as hide the latency of a multiply-add. */
    static final int STREAMED_ROWS = 4;

    /** 256 KB: a panel and the activations of a tile fit the second-level cache of every current machine. */
    private static final int PANEL_FLOATS = 1 << 16;

    private static final int MAX_PANEL_ROWS = 64;

    /** So that register tiles seldom have a ragged edge. */
    private static final int ROW_GRAIN = 16;

    private final int panelRows;
    private final boolean streams;

    /** @param block the columns that the streaming kernel takes in one step */
    VectorMatrix(MatrixFormat format, MemorySegment data, int rows, int columns, int block) {
        super(format, data, rows, columns);
        int fitting = PANEL_FLOATS / FloatTile.stride(columns) / STREAMED_ROWS * STREAMED_ROWS;
        panelRows = Math.clamp(fitting, STREAMED_ROWS, MAX_PANEL_ROWS);
        streams = columns % block == 0;
    }

    /**
     * Multiplies {@code STREAMED_ROWS} rows from {@code row} on with one token.
     *
     * @param scratch at least {@code STREAMED_ROWS} vectors
     */
    protected abstract void stream(float[] arranged, float[] output, float[] scratch, int row);

    /** Unpacks rows to floats, {@link FloatTile#stride} apart and each in the order of {@link #arrange}. */
    protected abstract void unpack(int row, int count, float[] panel);

    @Override
    public final void readRow(int row, float[] target, int offset) {
        ScalarMatrix.readRow(format(), data(), (long) row * columns(), columns(), target, offset);
    }

    private int panelFloats() {
        return Math.multiplyExact(panelRows, FloatTile.stride(columns()));
    }

    /** Makes room for the activations of so many tokens, {@link FloatTile#stride} apart. */
    final float[] room(Activations arranged, int tokens) {
        return arranged.floats(Math.multiplyExact(tokens, FloatTile.stride(columns())));
    }

    @Override
    final int rowGrain() {
        return ROW_GRAIN;
    }

    @Override
    final void multiply(Activations arranged, int tokens, float[] output, WorkerScratch scratch, int from, int to) {
        float[] panel = scratch.floats(panelFloats() + FloatTile.SCRATCH);
        int row = from;
        if (tokens == 1 && streams) {
            for (; row + STREAMED_ROWS <= to; row += STREAMED_ROWS) {
                stream(arranged.floats, output, panel, row);
            }
        }
        // Rows that are used once need only reach the first-level cache.
        int rowsAtATime = tokens == 1 ? STREAMED_ROWS : panelRows;
        while (row < to) {
            int count = Math.min(rowsAtATime, to - row);
            unpack(row, count, panel);
            FloatTile.multiply(panel, panelFloats(), count, arranged.floats, tokens, columns(), output, rows(), row);
            row += count;
        }
    }
}

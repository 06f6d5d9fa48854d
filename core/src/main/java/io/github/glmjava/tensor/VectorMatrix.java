package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * A row-major matrix multiplied by vector kernels. A few tokens stream the stored rows through registers, four at a time,
 * if the columns fill whole steps of the kernel. For many tokens a panel of rows is unpacked to floats, rows made lanes,
 * and {@link FloatTile} multiplies it with all of them. Both accumulate in the order of {@link ColumnOrder}.
 */
abstract class VectorMatrix extends Matrix {
    /** Rows that are streamed together: as many independent sums as hide the latency of a multiply-add. */
    static final int STREAMED_ROWS = 4;

    /** From so many tokens on a panel is worth its unpacking; rows in the first-level cache are streamed anew for fewer. */
    private static final int TILED_TOKENS = 12;

    /** Words of a row that are transposed together, in the first-level cache. */
    private static final int PART = 256;

    /** Rows that are unpacked at a time. */
    private static final int UNPACKED_ROWS = 2 * Lanes.COUNT;

    /** Floats of unpacked weights that a tile takes at a time. */
    private static final int SLAB = FloatTile.STEPS * FloatTile.ROWS;

    private final ColumnOrder order;
    private final boolean streams;

    /** Words of 32 bits in the whole blocks of a row. */
    private final int rowWords;

    /** The distance of rows of words: a cache line more than the words, which are often a power of two. */
    private final int wordStride;

    /** @param laneColumns stored elements in a lane of 32 bits */
    VectorMatrix(MatrixFormat format, MemorySegment data, int rows, int columns, int laneColumns) {
        super(format, data, rows, columns);
        order = new ColumnOrder(columns, laneColumns);
        streams = columns == order.whole();
        rowWords = order.whole() / laneColumns;
        wordStride = rowWords + 16;
    }

    /**
     * Multiplies {@code STREAMED_ROWS} rows with one token, each so many further.
     *
     * @param row the first
     * @param apart rows from one to the next
     * @param x the token's activations begin at {@code from}, in the order of {@link ColumnOrder#arrange}
     * @param output receives the products from {@code to} on, as far apart
     * @param scratch at least {@code STREAMED_ROWS} vectors
     */
    protected abstract void stream(int row, int apart, float[] x, int from, float[] output, int to, float[] scratch);

    /**
     * Unpacks words of 32 bits, each lane from another row. Of the elements in the order of {@link ColumnOrder#arrange} the
     * first, third, ... go to {@code first} and on, the others to {@code second} and on, {@link FloatTile#ROWS} further
     * with each step.
     *
     * @param a the words of a vector of rows from {@code lower} on, of the next vector from {@code upper} on
     * @param steps how many elements there are for each of the two, whole words
     */
    protected abstract void unpack(float[] a, int lower, int upper, int steps, int first, int second);

    @Override
    public final void readRow(int row, float[] target, int offset) {
        ScalarMatrix.readRow(format(), data(), (long) row * columns(), columns(), target, offset);
    }

    @Override
    final int rowGrain(int tokens) {
        return FloatTile.PANEL_ROWS;
    }

    @Override
    final void reserve(int tokens, Activations arranged) {
        arranged.plain = PlainStart.PROCESS.takes(tokens, rows(), columns());
        int room = tokens < TILED_TOKENS ? tokens : tiled(tokens);
        arranged.floats(Math.multiplyExact(room, order.padded()));
    }

    @Override
    final void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        for (int token = from; token < to; token++) {
            if (isTiled(tokens, arranged)) {
                order.arrangeByResidue(input, token * columns(), arranged.floats, tiled(tokens), token);
            } else {
                order.arrange(input, token * columns(), arranged.floats, token * order.padded());
            }
        }
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
        if (isTiled(tokens, arranged)) {
            multiplyMany(arranged.floats, tokens, output, offset, stride, scratch, from, to);
        } else if (arranged.plain) {
            long start = System.nanoTime();
            multiplyFew(arranged, tokens, output, offset, stride, scratch, from, to);
            PlainStart.PROCESS.used(start);
        } else {
            multiplyFew(arranged, tokens, output, offset, stride, scratch, from, to);
        }
    }

    private static boolean isTiled(int tokens, Activations arranged) {
        return tokens >= TILED_TOKENS && !arranged.plain;
    }

    private static int tiled(int tokens) {
        return Activations.tiled(tokens, FloatTile.TOKENS);
    }

    /**
     * Rows that are streamed together lie far apart, a quarter of all, so that each of the four places is read on and on: the
     * processor fetches ahead there, while rows beside each other would begin anew at other places with every four. Rows that are not
     * streamed are unpacked one by one: all in plain Java, else what is left or does not fill the steps of the kernel.
     */
    private void multiplyFew(
            Activations arranged,
            int tokens,
            float[] output,
            int offset,
            int stride,
            WorkerScratch scratch,
            int from,
            int to) {
        float[] x = arranged.floats;
        boolean streamed = streams && !arranged.plain;
        int padded = order.padded();
        float[] space = scratch.floats(2 * padded + STREAMED_ROWS * Lanes.COUNT);
        int row = from;
        int apart = (to - from) / STREAMED_ROWS;
        for (; streamed && row < from + apart; row++) {
            for (int token = 0; token < tokens; token++) {
                stream(row, apart, x, token * padded, output, offset + token * stride + row, space);
            }
        }
        row = streamed ? from + STREAMED_ROWS * apart : from;
        for (; row < to; row++) {
            readRow(row, space, padded);
            order.arrange(space, padded, space, 0);
            for (int token = 0; token < tokens; token++) {
                output[offset + token * stride + row] = arranged.plain
                        ? ColumnOrder.plainDot(space, x, token * padded, padded, 2 * padded)
                        : dot(space, x, token * padded, padded);
            }
        }
    }

    /**
     * The end of a streamed product, by way of memory: four sums in registers are more than the compiler is willing to
     * inline, and a vector that is passed to a method which is not inlined becomes an object.
     */
    static void sumLanes(float[] sums, float[] output, int to, int apart) {
        for (int i = 0; i < STREAMED_ROWS; i++) {
            output[to + i * apart] = Lanes.sum(FloatVector.fromArray(Lanes.FLOATS, sums, i * Lanes.COUNT));
        }
    }

    /** A vector of stored words of 32 bits. */
    static IntVector words(MemorySegment weights, long at) {
        return IntVector.fromMemorySegment(Lanes.INTS, weights, at, Lanes.LITTLE_ENDIAN);
    }

    private static float dot(float[] weights, float[] x, int from, int count) {
        FloatVector first = FloatVector.zero(Lanes.FLOATS);
        FloatVector second = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < count; i += ColumnOrder.RESIDUES) {
            int j = i + Lanes.COUNT;
            first = FloatVector.fromArray(Lanes.FLOATS, weights, i)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, x, from + i), first);
            second = FloatVector.fromArray(Lanes.FLOATS, weights, j)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, x, from + j), second);
        }
        return Lanes.sum(first.add(second));
    }

    /**
     * A residue and the one that is half of them further are next to each other in the tree of sums, and lie in the same
     * words: they are unpacked together, multiplied with all tokens, and added up with what came before.
     */
    private void multiplyMany(
            float[] x, int tokens, float[] output, int offset, int stride, WorkerScratch scratch, int from, int to) {
        int count = tiled(tokens);
        int level = count * FloatTile.PANEL_ROWS;
        int before = FloatTile.PANEL_ROWS * wordStride + 2 * SLAB;
        int room = Math.multiplyExact(ColumnOrder.TREE_DEPTH + 1, level);
        float[] space = scratch.floats(Math.addExact(before + FloatTile.START, room));
        int start = scratch.start();
        int zeros = start + before;
        int sums = zeros + FloatTile.START;
        Arrays.fill(space, zeros, sums, 0);
        for (int row = from; row < to; row += FloatTile.PANEL_ROWS) {
            loadWords(row, space, start);
            for (int leaf = 0; leaf < ColumnOrder.RESIDUES; leaf += 2) {
                for (int step = 0; step < order.steps(); step += FloatTile.STEPS) {
                    for (int tile = 0; tile < FloatTile.PANEL_ROWS; tile += FloatTile.ROWS) {
                        multiplyPair(row, tile, leaf, step, x, tokens, space, start);
                    }
                }
            }
            int rows = Math.min(FloatTile.PANEL_ROWS, to - row);
            for (int token = 0; token < tokens; token++) {
                System.arraycopy(
                        space, sums + token * FloatTile.PANEL_ROWS, output, offset + token * stride + row, rows);
            }
        }
    }

    /**
     * Multiplies some rows of a panel with all tokens, a part of the columns of two residues. Their sums wait behind those of so
     * many levels of the tree as are not complete, and are merged with these as soon as they are.
     *
     * @param words where the panel's words are; behind them the unpacked weights go, the zeros that sums start with, and the
     *     sums of all levels
     */
    private void multiplyPair(int row, int tile, int leaf, int step, float[] x, int tokens, float[] space, int words) {
        int steps = Math.min(FloatTile.STEPS, order.steps() - step);
        int slabs = words + FloatTile.PANEL_ROWS * wordStride;
        for (int i = 0; i < FloatTile.ROWS; i += UNPACKED_ROWS) {
            unpack(row, tile + i, ColumnOrder.residueOfLeaf(leaf), step, steps, space, words, slabs + i);
        }
        int count = tiled(tokens);
        int level = count * FloatTile.PANEL_ROWS;
        int zeros = slabs + 2 * SLAB;
        int first = zeros + FloatTile.START + Integer.bitCount(leaf) * level + tile;
        int waiting = step + steps < order.steps() ? 0 : 1 + Integer.numberOfTrailingZeros(leaf / 2 + 1);
        int at = (leaf * order.steps() + step) * count;
        int next = at + order.steps() * count;
        for (int token = 0; token < tokens; token += FloatTile.TOKENS) {
            int sums = first + token * FloatTile.PANEL_ROWS;
            int left = tokens - token;
            int start = step == 0 ? zeros : sums;
            FloatTile.multiply(space, slabs, steps, x, at + token * steps, left, start, sums, 0, level);
            start = step == 0 ? zeros : sums + level;
            FloatTile.multiply(
                    space, slabs + SLAB, steps, x, next + token * steps, left, start, sums + level, waiting, level);
        }
    }

    /** Loads the whole blocks of a panel's rows, as words of 32 bits, and makes the rows lanes; beyond the last row any. */
    private void loadWords(int row, float[] space, int start) {
        for (int i = 0; i < FloatTile.PANEL_ROWS; i++) {
            long from = start() + (long) Math.min(row + i, rows() - 1) * columns() * format().bits() / Byte.SIZE;
            copyWords(from, space, start + i * wordStride);
        }
        for (int i = 0; i < FloatTile.PANEL_ROWS; i += Lanes.COUNT) {
            for (int word = 0; word < rowWords; word += PART) {
                Transposition.transpose(
                        space, start + i * wordStride + word, wordStride, Math.min(PART, rowWords - word));
            }
        }
    }

    private void copyWords(long from, float[] space, int to) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        for (int word = 0; word < rowWords; word += Lanes.COUNT) {
            FloatVector.fromMemorySegment(Lanes.FLOATS, weights, from + 4L * word, Lanes.LITTLE_ENDIAN)
                    .intoArray(space, to + word);
        }
    }

    /**
     * Unpacks some steps of a residue and of the one that is half of them further.
     *
     * @param tile the first of two vectors of rows in the panel
     * @param words where the words of the panel are
     * @param slabs where the weights of the two go
     */
    private void unpack(int row, int tile, int residue, int step, int steps, float[] a, int words, int slabs) {
        int wholeSteps = Math.clamp(order.whole() / ColumnOrder.RESIDUES - step, 0, steps);
        int from = words + (tile + residue) * wordStride + step * ColumnOrder.RESIDUES / order.laneColumns();
        unpack(a, from, from + Lanes.COUNT * wordStride, wholeSteps, slabs, slabs + SLAB);
        for (int i = wholeSteps; i < steps; i++) {
            for (int lane = 0; lane < UNPACKED_ROWS; lane++) {
                int position = (step + i) * ColumnOrder.RESIDUES + residue;
                int target = slabs + i * FloatTile.ROWS + lane;
                copyElement(row + tile + lane, position, a, target);
                copyElement(row + tile + lane, position + Lanes.COUNT, a, target + SLAB);
            }
        }
    }

    /** Copies an element of the ragged end of a row, zero beyond it; beyond the last row any. */
    private void copyElement(int row, int column, float[] target, int to) {
        target[to] = 0;
        if (column < columns()) {
            long at = (long) Math.min(row, rows() - 1) * columns() + column;
            ScalarMatrix.readRow(format(), data(), at, 1, target, to);
        }
    }
}

package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 4-bit weights times activations that are rounded to integers with a scale for every 32 columns of a token: {@link
 * GroupRounding}. The products of a group are added exactly, then scaled and added to the row's float group after group. Words are
 * streamed for a few tokens ({@link WordStream}, {@link WordTile}) and unpacked to panels for many ({@link PairTile}).
 */
final class VectorQ4Matrix extends BlockMatrix {
    /** From so many tokens on panels are unpacked; measured, at 512 and 256 bits. */
    private static final int TILED_TOKENS = Lanes.MANY_REGISTERS ? 64 : 8;

    /** Bytes of the words of four columns of a block. */
    static final int RUN = 2 * BlockLayout.Q4_ROWS;

    /** Words of a row in a group. */
    static final int RUNS = BlockLayout.GROUP / BlockLayout.WORD_COLUMNS;

    /** Bytes of the scales of a group of a block. */
    static final int SCALE_BYTES = 2 * BlockLayout.Q4_ROWS;

    /** What the number of a group's last word ends with. */
    static final int LAST_OF_GROUP = RUNS - 1;

    /** Words of 32 bits in a line of 64 bytes, the same columns of all rows of a block. */
    private static final int LINE_WORDS = 16;

    /** A vector and not a number, which every operation would broadcast. */
    static final IntVector UPPER_HALF = IntVector.broadcast(Lanes.INTS, 0xffff0000);

    private static final IntVector LOW = IntVector.broadcast(Lanes.INTS, 15);
    private static final IntVector HIGH = IntVector.broadcast(Lanes.INTS, 15 << 16);

    /** Bits of an exponent with which the bit 0 of the mantissa counts 1, and others with which the bit 16 does. */
    private static final IntVector LOW_LARGE = IntVector.broadcast(Lanes.INTS, Float.floatToRawIntBits(0x1p23f));

    private static final IntVector HIGH_LARGE = IntVector.broadcast(Lanes.INTS, Float.floatToRawIntBits(0x1p7f));

    /** What that makes too much; weights are stored with 8 added. */
    private static final FloatVector LOW_EXCESS = FloatVector.broadcast(Lanes.FLOATS, 0x1p23f + 8);

    private static final FloatVector HIGH_EXCESS = FloatVector.broadcast(Lanes.FLOATS, 0x1p7f + 8);

    /** Measured at 256 and 512 bits. */
    static final int PANEL_GROUPS = 2;

    VectorQ4Matrix(MemorySegment data, int rows, int columns) {
        super(
                MatrixFormat.Q4,
                data,
                rows,
                columns,
                TILED_TOKENS,
                TokenPairs.TOKENS * PairTile.PAIRS,
                PANEL_GROUPS,
                WordTile.TOKENS);
    }

    @Override
    void reserve(int tokens, Activations arranged) {
        int groups = layout().groups();
        if (isAlone(tokens)) {
            arranged.integers(Math.multiplyExact(tokens, groups));
        } else {
            arranged.pairs(Math.multiplyExact(TokenPairs.count(room(tokens)), groups));
        }
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        int groups = layout().groups();
        boolean alone = isAlone(tokens);
        boolean tiled = isTiled(tokens);
        int pairs = TokenPairs.count(tokens);
        for (int token = from; token < to; token += alone ? 1 : TokenPairs.TOKENS) {
            for (int group = 0; group < groups; group++) {
                int first = token * columns() + group * BlockLayout.GROUP;
                if (alone) {
                    int position = token * groups + group;
                    WordFactors.make(input, first, present(group), arranged, position * BlockLayout.GROUP, position);
                } else {
                    int pair = token / TokenPairs.TOKENS;
                    int position = tiled
                            ? Activations.inPanels(pair, group, pairs, groups, PairTile.PAIRS, PANEL_GROUPS)
                            : pair * groups + group;
                    int present = Math.min(TokenPairs.TOKENS, tokens - token);
                    TokenPairs.make(input, first, columns(), present, present(group), arranged, position);
                    if (!tiled) {
                        WordPairs.make(arranged, position);
                    }
                }
            }
        }
    }

    /** How many columns of a group there are. */
    private int present(int group) {
        return Math.min(BlockLayout.GROUP, columns() - group * BlockLayout.GROUP);
    }

    @Override
    int streamedFloats() {
        return WordTile.TOKENS * STREAMED_ROWS + WordTile.SUMS;
    }

    @Override
    void stream(int row, Activations arranged, int tokens, int token, int count, float[] sums, int start) {
        Arrays.fill(sums, start, start + count * STREAMED_ROWS, 0);
        ShortCalls calls = isAlone(tokens) ? WordStream.SHORT_CALLS : WordTile.shortCalls(count);
        int groups = layout().groups();
        int some;
        for (int begin = 0; begin < groups; begin += some) {
            some = Math.min(calls.groups(groups), groups - begin);
            stream(row, arranged, isAlone(tokens), begin, some, token, count, sums, start);
        }
    }

    /** The products of {@code some} groups. */
    private void stream(
            int row,
            Activations arranged,
            boolean alone,
            int begin,
            int some,
            int token,
            int count,
            float[] sums,
            int start) {
        int groups = layout().groups();
        int vectors = STREAMED_ROWS / 2 / Lanes.COUNT;
        if (alone) {
            for (int vector = 0; vector < vectors; vector += WordStream.VECTORS) {
                WordStream.multiply(
                        data(),
                        elementOffset(row, begin, vector),
                        elementOffset(row, begin, vector + 1),
                        elementOffset(row, begin, vector + 2),
                        elementOffset(row, begin, vector + 3),
                        scaleOffset(row, begin, vector),
                        scaleOffset(row, begin, vector + 1),
                        scaleOffset(row, begin, vector + 2),
                        scaleOffset(row, begin, vector + 3),
                        groups,
                        begin,
                        some,
                        arranged,
                        token,
                        sums,
                        start + firstRow(vector),
                        start + firstRow(vector + 1),
                        start + firstRow(vector + 2),
                        start + firstRow(vector + 3));
            }
        } else {
            for (int vector = 0; vector < vectors; vector += WordTile.VECTORS) {
                WordTile.multiply(
                        data(),
                        elementOffset(row, begin, vector),
                        elementOffset(row, begin, vector + 1),
                        scaleOffset(row, begin, vector),
                        scaleOffset(row, begin, vector + 1),
                        groups,
                        begin,
                        some,
                        arranged,
                        token / TokenPairs.TOKENS,
                        count,
                        sums,
                        start + firstRow(vector),
                        start + firstRow(vector + 1),
                        start + WordTile.TOKENS * STREAMED_ROWS);
            }
        }
    }

    @Override
    int panelFloats() {
        return PANEL_GROUPS * PANEL_ROWS * (1 + BlockLayout.GROUP) + PairTile.ALL_SUMS;
    }

    @Override
    void multiplyPanel(
            int row, int firstGroup, int groups, Activations arranged, int tokens, float[] scratch, int start) {
        int scales = start + room(tokens) * PANEL_ROWS;
        int panel = scales + PANEL_GROUPS * PANEL_ROWS;
        int between = panel + PANEL_GROUPS * PANEL_ROWS * BlockLayout.GROUP;
        int columns = groups * BlockLayout.GROUP;
        if (groups < PANEL_GROUPS) {
            Arrays.fill(scratch, scales + PANEL_ROWS, panel, 0);
        }
        for (int block = 0; block < Math.min(PANEL_ROWS, rows() - row); block += BlockLayout.Q4_ROWS) {
            long elements = start() + layout().elementOffset(row + block, firstGroup);
            long scaleWords = start() + layout().scaleOffset(row + block, firstGroup);
            for (int lane = 0; lane < LINE_WORDS; lane += Lanes.COUNT) {
                int low = block + lane;
                int high = low + LINE_WORDS;
                unpackScales(scaleWords + 4L * lane, groups, scratch, scales + low);
                unpack(
                        elements + 4L * lane,
                        groups * RUNS,
                        scratch,
                        panel + PanelTile.position(low, columns),
                        panel + PanelTile.position(high, columns));
            }
        }
        PairTile.multiply(
                scratch, start, scales, panel, between, groups, arranged, firstGroup, layout().groups(), tokens);
    }

    /** Unpacks a vector of words column by column, the rows of the lower halves to {@code low}, the others to {@code high}. */
    private void unpack(long offset, int runs, float[] panel, int low, int high) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        for (int run = 0; run < runs; run++) {
            IntVector words =
                    IntVector.fromMemorySegment(Lanes.INTS, weights, offset + (long) run * RUN, Lanes.LITTLE_ENDIAN);
            int at = run * (BlockLayout.WORD_COLUMNS * PanelTile.TILE_ROWS);
            for (int column = 0; column < BlockLayout.WORD_COLUMNS; column++) {
                words.and(LOW)
                        .or(LOW_LARGE)
                        .reinterpretAsFloats()
                        .sub(LOW_EXCESS)
                        .intoArray(panel, low + at);
                words.and(HIGH)
                        .or(HIGH_LARGE)
                        .reinterpretAsFloats()
                        .sub(HIGH_EXCESS)
                        .intoArray(panel, high + at);
                words = words.lanewise(VectorOperators.LSHR, 4);
                at += PanelTile.TILE_ROWS;
            }
        }
    }

    /** Unpacks the scales of a vector of words; those of the next group are {@code PANEL_ROWS} further. */
    private void unpackScales(long offset, int groups, float[] floats, int target) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        for (int group = 0; group < groups; group++) {
            int to = target + group * PANEL_ROWS;
            IntVector scales = IntVector.fromMemorySegment(
                    Lanes.INTS, weights, offset + (long) group * SCALE_BYTES, Lanes.LITTLE_ENDIAN);
            scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(floats, to);
            scales.and(UPPER_HALF).reinterpretAsFloats().intoArray(floats, to + LINE_WORDS);
        }
    }

    /** Where in memory the elements of a vector of words begin, counted from those of the blocks from {@code row} on. */
    private long elementOffset(int row, int group, int vector) {
        return start() + layout().elementOffset(block(row, vector), group) + 4L * (vector * Lanes.COUNT % LINE_WORDS);
    }

    /** Where in memory the scales of a vector of words begin. */
    private long scaleOffset(int row, int group, int vector) {
        return start() + layout().scaleOffset(block(row, vector), group) + 4L * (vector * Lanes.COUNT % LINE_WORDS);
    }

    /** A row of the block in which a vector of words lies. */
    private int block(int row, int vector) {
        return inBlock(row + vector * Lanes.COUNT / LINE_WORDS * BlockLayout.Q4_ROWS, row);
    }

    /** The first of the rows of a vector of words, counted from the vectors' first. */
    static int firstRow(int vector) {
        int lane = vector * Lanes.COUNT;
        return lane / LINE_WORDS * BlockLayout.Q4_ROWS + lane % LINE_WORDS;
    }
}

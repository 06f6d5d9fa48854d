package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * 8-bit weights times float activations. As many bytes as a vector has floats, a column of so many rows, are widened and
 * converted: an instruction less for each vector than taking four rows out of words of 32 bits. The products of a group are
 * added up, then scaled and added to the row's sum, group after group. The streamed and the unpacked product agree to the bit.
 */
final class VectorQ8Matrix extends BlockMatrix {
    /** From so many tokens on panels are unpacked; measured, at 512 and 256 bits. */
    private static final int TILED_TOKENS = Lanes.MANY_REGISTERS ? 20 : 8;

    /** Measured at 256 and 512 bits. */
    private static final int PANEL_GROUPS = 4;

    /** Columns whose activations lie together for all tokens. */
    static final int PANEL_COLUMNS = PANEL_GROUPS * BlockLayout.GROUP;

    /** With vectors of 128 bits the upper half is not used: there is no smaller vector of bytes. */
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * Math.max(8, Lanes.COUNT)));

    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(16 * Lanes.COUNT));
    static final int SCALE_BYTES = 2 * BlockLayout.Q8_ROWS;
    static final int LAST_OF_GROUP = BlockLayout.GROUP - 1;
    static final int LAST_PAIR = BlockLayout.GROUP - 2;

    /** How far the next pair of columns is in each part of a block, divided by its two columns. */
    static final int PAIR_BYTES = BlockLayout.Q8_ROWS / 2;

    VectorQ8Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.Q8, data, rows, columns, TILED_TOKENS, PanelTile.TOKENS, PANEL_GROUPS, ByteTile.TOKENS);
    }

    @Override
    void reserve(int tokens, Activations arranged) {
        int groups = Math.multiplyExact(room(tokens), layout().groups());
        arranged.floats(Math.multiplyExact(groups, BlockLayout.GROUP));
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        int padded = layout().groups() * BlockLayout.GROUP;
        float[] floats = arranged.floats;
        for (int token = from; token < to; token++) {
            int source = token * columns();
            if (isTiled(tokens)) {
                for (int panel = 0; panel < padded; panel += PANEL_COLUMNS) {
                    int target = Activations.inPanels(token, panel, tokens, padded, PanelTile.TOKENS, PANEL_COLUMNS);
                    for (int column = panel; column < Math.min(panel + PANEL_COLUMNS, padded); column++) {
                        floats[target] = column < columns() ? input[source + column] : 0;
                        target += PanelTile.TOKENS;
                    }
                }
            } else {
                int target = token * padded;
                System.arraycopy(input, source, floats, target, columns());
                Arrays.fill(floats, target + columns(), target + padded, 0);
            }
        }
    }

    @Override
    int streamedFloats() {
        return ByteTile.TOKENS * STREAMED_ROWS + ByteTile.SUMS;
    }

    @Override
    void stream(int row, Activations arranged, int tokens, int token, int count, float[] sums, int start) {
        int from = token * layout().groups() * BlockLayout.GROUP;
        int vectors = STREAMED_ROWS / Lanes.COUNT;
        Arrays.fill(sums, start, start + count * STREAMED_ROWS, 0);
        if (isAlone(tokens)) {
            for (int vector = 0; vector < vectors; vector += 8) {
                streamRows(row, vector, arranged.floats, from, sums, start);
            }
            return;
        }
        int between = start + ByteTile.TOKENS * STREAMED_ROWS;
        for (int vector = 0; vector < vectors; vector += ByteTile.VECTORS) {
            ByteTile.multiply(
                    data(),
                    elementOffset(row, vector),
                    scaleOffset(row, vector),
                    layout(),
                    arranged.floats,
                    from,
                    count,
                    sums,
                    start + vector * Lanes.COUNT,
                    between);
        }
    }

    /**
     * Eight vectors of rows: as many sums as hide the latency of a multiply-add. An even and an odd column in one step, so that
     * the addresses are foreseeable and C2 takes their checks out of the loop. Nothing but the Vector API is called, for the
     * reason that {@link PanelTile} gives, except at the end of a group, which is a condition and not an inner loop for the
     * reason that {@link VectorQ4Matrix} gives. The end is a method too large to be inlined: in the loop its addresses would
     * drive those of the loop into vector registers, a fifth of the arithmetic.
     *
     * @param sums from {@code start} on {@code STREAMED_ROWS} sums and, behind them, space for those of a group
     */
    private void streamRows(int row, int vector, float[] x, int from, float[] sums, int start) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        long first = elementOffset(row, vector);
        long second = elementOffset(row, vector + 4);
        long firstScales = scaleOffset(row, vector);
        long secondScales = scaleOffset(row, vector + 4);
        int at = start + vector * Lanes.COUNT;
        int columns = layout().groups() * BlockLayout.GROUP;
        long odd = layout().partBytes();
        int part = start + STREAMED_ROWS;
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum2 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum3 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum4 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum5 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum6 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum7 = FloatVector.zero(Lanes.FLOATS);
        for (int column = 0; column < columns; column += 2) {
            long word = (long) column * PAIR_BYTES;
            FloatVector activation = FloatVector.broadcast(Lanes.FLOATS, x[from + column]);
            sum0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, weights, first + word, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum0);
            sum1 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, first + word + Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum1);
            sum2 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, first + word + 2L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum2);
            sum3 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, first + word + 3L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum3);
            sum4 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, weights, second + word, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum4);
            sum5 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, second + word + Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum5);
            sum6 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, second + word + 2L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum6);
            sum7 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, second + word + 3L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum7);
            activation = FloatVector.broadcast(Lanes.FLOATS, x[from + column + 1]);
            sum0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, weights, first + word + odd, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum0);
            sum1 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, first + word + odd + Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum1);
            sum2 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, first + word + odd + 2L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum2);
            sum3 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, first + word + odd + 3L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum3);
            sum4 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, weights, second + word + odd, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum4);
            sum5 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, second + word + odd + Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum5);
            sum6 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, second + word + odd + 2L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum6);
            sum7 = ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, second + word + odd + 3L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .fma(activation, sum7);
            if ((column & LAST_OF_GROUP) == LAST_PAIR) {
                sum0.intoArray(sums, part);
                sum1.intoArray(sums, part + 1 * Lanes.COUNT);
                sum2.intoArray(sums, part + 2 * Lanes.COUNT);
                sum3.intoArray(sums, part + 3 * Lanes.COUNT);
                sum4.intoArray(sums, part + 4 * Lanes.COUNT);
                sum5.intoArray(sums, part + 5 * Lanes.COUNT);
                sum6.intoArray(sums, part + 6 * Lanes.COUNT);
                sum7.intoArray(sums, part + 7 * Lanes.COUNT);
                long scale = (long) (column / BlockLayout.GROUP) * SCALE_BYTES;
                addScaled(sums, at, part, weights, firstScales + scale, secondScales + scale);
                sum0 = FloatVector.zero(Lanes.FLOATS);
                sum1 = FloatVector.zero(Lanes.FLOATS);
                sum2 = FloatVector.zero(Lanes.FLOATS);
                sum3 = FloatVector.zero(Lanes.FLOATS);
                sum4 = FloatVector.zero(Lanes.FLOATS);
                sum5 = FloatVector.zero(Lanes.FLOATS);
                sum6 = FloatVector.zero(Lanes.FLOATS);
                sum7 = FloatVector.zero(Lanes.FLOATS);
            }
        }
    }

    /** Scales eight vectors of a group's sums, which begin at {@code part}, and adds them to those of the rows. */
    private static void addScaled(float[] sums, int at, int part, MemorySegment data, long first, long second) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        FloatVector.fromArray(Lanes.FLOATS, sums, part + 0 * Lanes.COUNT)
                .fma(
                        ((IntVector) ShortVector.fromMemorySegment(
                                                SHORTS, weights, first + 0L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        FloatVector.fromArray(Lanes.FLOATS, sums, at + 0 * Lanes.COUNT))
                .intoArray(sums, at + 0 * Lanes.COUNT);
        FloatVector.fromArray(Lanes.FLOATS, sums, part + 1 * Lanes.COUNT)
                .fma(
                        ((IntVector) ShortVector.fromMemorySegment(
                                                SHORTS, weights, first + 2L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        FloatVector.fromArray(Lanes.FLOATS, sums, at + 1 * Lanes.COUNT))
                .intoArray(sums, at + 1 * Lanes.COUNT);
        FloatVector.fromArray(Lanes.FLOATS, sums, part + 2 * Lanes.COUNT)
                .fma(
                        ((IntVector) ShortVector.fromMemorySegment(
                                                SHORTS, weights, first + 4L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        FloatVector.fromArray(Lanes.FLOATS, sums, at + 2 * Lanes.COUNT))
                .intoArray(sums, at + 2 * Lanes.COUNT);
        FloatVector.fromArray(Lanes.FLOATS, sums, part + 3 * Lanes.COUNT)
                .fma(
                        ((IntVector) ShortVector.fromMemorySegment(
                                                SHORTS, weights, first + 6L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        FloatVector.fromArray(Lanes.FLOATS, sums, at + 3 * Lanes.COUNT))
                .intoArray(sums, at + 3 * Lanes.COUNT);
        FloatVector.fromArray(Lanes.FLOATS, sums, part + 4 * Lanes.COUNT)
                .fma(
                        ((IntVector) ShortVector.fromMemorySegment(
                                                SHORTS, weights, second + 0L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        FloatVector.fromArray(Lanes.FLOATS, sums, at + 4 * Lanes.COUNT))
                .intoArray(sums, at + 4 * Lanes.COUNT);
        FloatVector.fromArray(Lanes.FLOATS, sums, part + 5 * Lanes.COUNT)
                .fma(
                        ((IntVector) ShortVector.fromMemorySegment(
                                                SHORTS, weights, second + 2L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        FloatVector.fromArray(Lanes.FLOATS, sums, at + 5 * Lanes.COUNT))
                .intoArray(sums, at + 5 * Lanes.COUNT);
        FloatVector.fromArray(Lanes.FLOATS, sums, part + 6 * Lanes.COUNT)
                .fma(
                        ((IntVector) ShortVector.fromMemorySegment(
                                                SHORTS, weights, second + 4L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        FloatVector.fromArray(Lanes.FLOATS, sums, at + 6 * Lanes.COUNT))
                .intoArray(sums, at + 6 * Lanes.COUNT);
        FloatVector.fromArray(Lanes.FLOATS, sums, part + 7 * Lanes.COUNT)
                .fma(
                        ((IntVector) ShortVector.fromMemorySegment(
                                                SHORTS, weights, second + 6L * Lanes.COUNT, Lanes.LITTLE_ENDIAN)
                                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        FloatVector.fromArray(Lanes.FLOATS, sums, at + 7 * Lanes.COUNT))
                .intoArray(sums, at + 7 * Lanes.COUNT);
    }

    /** Where in memory the elements of a vector of rows begin, counted from those of the blocks from {@code row} on. */
    private long elementOffset(int row, int vector) {
        int first = row + vector * Lanes.COUNT;
        return start() + layout().elementOffset(inBlock(first, row), 0) + first % BlockLayout.Q8_ROWS;
    }

    /** Where in memory the scales of a vector of rows begin. */
    private long scaleOffset(int row, int vector) {
        int first = row + vector * Lanes.COUNT;
        return start() + layout().scaleOffset(inBlock(first, row), 0) + 2L * (first % BlockLayout.Q8_ROWS);
    }

    @Override
    int panelFloats() {
        return PANEL_GROUPS * PANEL_ROWS * (1 + BlockLayout.GROUP);
    }

    @Override
    void multiplyPanel(
            int row, int firstGroup, int groups, Activations arranged, int tokens, float[] scratch, int start) {
        int scales = start + room(tokens) * PANEL_ROWS;
        int panel = scales + PANEL_GROUPS * PANEL_ROWS;
        int columns = groups * BlockLayout.GROUP;
        long even = start() + layout().elementOffset(row, firstGroup);
        long odd = even + layout().partBytes();
        long scaleWords = start() + layout().scaleOffset(row, firstGroup);
        for (int lane = 0; lane < PANEL_ROWS; lane += Lanes.COUNT) {
            int target = panel + PanelTile.position(lane, columns);
            unpackScales(scaleWords + 2L * lane, groups, scratch, scales + lane);
            unpack(even + lane, columns, scratch, target);
            unpack(odd + lane, columns, scratch, target + PanelTile.TILE_ROWS);
        }
        PanelTile.multiply(scratch, start, scales, panel, groups, arranged, firstGroup, layout().groups(), tokens);
    }

    private void unpackScales(long offset, int groups, float[] floats, int target) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        for (int group = 0; group < groups; group++) {
            scales(weights, offset + (long) group * SCALE_BYTES).intoArray(floats, target + group * PANEL_ROWS);
        }
    }

    /** The scales of a vector of rows. */
    static FloatVector scales(MemorySegment weights, long offset) {
        ShortVector halves = ShortVector.fromMemorySegment(SHORTS, weights, offset, Lanes.LITTLE_ENDIAN);
        return ((IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0))
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats();
    }

    /** Unpacks a vector of rows, every second column. */
    private void unpack(long offset, int columns, float[] panel, int target) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data();
        for (int column = 0; column < columns; column += 2) {
            ((FloatVector) ByteVector.fromMemorySegment(
                                    BYTES, weights, offset + (long) column * PAIR_BYTES, Lanes.LITTLE_ENDIAN)
                            .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                    .intoArray(panel, target + column * PanelTile.TILE_ROWS);
        }
    }
}

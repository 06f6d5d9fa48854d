package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 8-bit weights times float activations. A weight is its integer times its scale, which is exact in a float (8 bits times
 * 8 bits of mantissa), and each row is accumulated column after column; so the streamed and the unpacked product agree
 * to the bit.
 */
final class VectorQ8Matrix extends BlockMatrix {
    /** Bytes of one run of words, and of its first half, rows 0 to 15. */
    private static final int RUN = 4 * BlockLayout.ROWS;

    private static final int HALF_RUN = RUN / 2;
    private static final int RUNS = BlockLayout.GROUP / BlockLayout.WORD_COLUMNS;

    private final int elementBytes = layout().elementBytes();
    private final int groupBytes = layout().groupBytes();

    VectorQ8Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.Q8, data, rows, columns);
    }

    private int stride() {
        return FloatTile.stride(layout().groups() * BlockLayout.GROUP);
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged) {
        int columns = columns();
        int stride = stride();
        float[] floats = arranged.floats(Math.multiplyExact(tokens, stride));
        for (int token = 0; token < tokens; token++) {
            System.arraycopy(input, token * columns, floats, token * stride, columns);
            Arrays.fill(floats, token * stride + columns, (token + 1) * stride, 0);
        }
    }

    @Override
    void stream(long offset, Activations arranged, float[] sums, int at) {
        for (int lane = 0; lane < 16; lane += Lanes.COUNT) {
            streamRows(offset + 4L * lane, arranged.floats, sums, at + lane);
        }
    }

    /** A vector of rows from the first half of the block and one from the second, which share their words of scales. */
    private void streamRows(long offset, float[] x, float[] sums, int at) {
        MemorySegment weights = data();
        FloatVector low = FloatVector.zero(Lanes.FLOATS);
        FloatVector high = low;
        long group = offset;
        int end = layout().groups() * BlockLayout.GROUP;
        for (int first = 0; first < end; first += BlockLayout.GROUP) {
            IntVector scales = load(weights, group + elementBytes);
            FloatVector lowScale = scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector highScale = scales.and(0xffff0000).reinterpretAsFloats();
            long word = group;
            int column = first;
            // The inner loop keeps the code small: written out four times it would be more than the compiler inlines.
            for (int run = 0; run < RUNS; run++) {
                IntVector l = load(weights, word);
                IntVector h = load(weights, word + HALF_RUN);
                for (int shift = 24; shift >= 0; shift -= 8) {
                    FloatVector activation = FloatVector.broadcast(Lanes.FLOATS, x[column++]);
                    low = element(l.lanewise(VectorOperators.LSHL, shift))
                            .mul(lowScale)
                            .fma(activation, low);
                    high = element(h.lanewise(VectorOperators.LSHL, shift))
                            .mul(highScale)
                            .fma(activation, high);
                }
                word += RUN;
            }
            group += groupBytes;
        }
        low.intoArray(sums, at);
        high.intoArray(sums, at + 16);
    }

    private static IntVector load(MemorySegment weights, long at) {
        return IntVector.fromMemorySegment(Lanes.INTS, weights, at, Lanes.LITTLE_ENDIAN);
    }

    /** The uppermost byte as a number. */
    private static FloatVector element(IntVector words) {
        return (FloatVector) words.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0);
    }

    @Override
    int panelFloats() {
        return PANEL_GROUPS * BlockLayout.GROUP * PANEL_ROWS;
    }

    @Override
    void multiplyPanel(
            int row,
            int firstGroup,
            int groups,
            Activations arranged,
            int tokens,
            float[] sums,
            WorkerScratch scratch) {
        int panel = tokens * PANEL_ROWS;
        for (int group = 0; group < groups; group++) {
            int target = panel + group * BlockLayout.GROUP * PANEL_ROWS;
            unpack(layout().groupOffset(row, firstGroup + group), sums, target);
            if (hasSecondBlock(row)) {
                unpack(
                        layout().groupOffset(row + BlockLayout.ROWS, firstGroup + group),
                        sums,
                        target + BlockLayout.ROWS);
            }
        }
        int columns = groups * BlockLayout.GROUP;
        PanelTile.multiply(sums, panel, columns, arranged.floats, firstGroup * BlockLayout.GROUP, stride(), tokens);
    }

    /** Unpacks one group of one block, column by column. */
    private void unpack(long group, float[] panel, int target) {
        MemorySegment weights = data();
        for (int lane = 0; lane < 16; lane += Lanes.COUNT) {
            IntVector scales = load(weights, group + elementBytes + 4L * lane);
            FloatVector low = scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector high = scales.and(0xffff0000).reinterpretAsFloats();
            for (int run = 0; run < RUNS; run++) {
                IntVector l = load(weights, group + (long) run * RUN + 4L * lane);
                IntVector h = load(weights, group + (long) run * RUN + HALF_RUN + 4L * lane);
                int at = target + run * BlockLayout.WORD_COLUMNS * PANEL_ROWS + lane;
                for (int shift = 24; shift >= 0; shift -= 8) {
                    element(l.lanewise(VectorOperators.LSHL, shift)).mul(low).intoArray(panel, at);
                    element(h.lanewise(VectorOperators.LSHL, shift)).mul(high).intoArray(panel, at + 16);
                    at += PANEL_ROWS;
                }
            }
        }
    }
}

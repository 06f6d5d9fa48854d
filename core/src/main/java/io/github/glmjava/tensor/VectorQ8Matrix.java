package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 8-bit weights times float activations. A mask and a conversion make a float of a byte of a word, 256 or 65536 times too
 * large for the second and third byte, and the activations are made as much smaller: powers of two cost no precision.
 * Bytes hold 128 more than the weight; a group's sum starts at -128 times the activations' sum to make up for it. Then it
 * is scaled and added to the row's sum, group after group. The streamed and the unpacked product agree to the bit.
 */
final class VectorQ8Matrix extends BlockMatrix {
    /** Bytes of one run of words, and of its first half, rows 0 to 15. */
    private static final int RUN = 4 * BlockLayout.ROWS;

    private static final int HALF_RUN = RUN / 2;
    private static final int SCALE_BYTES = 2 * BlockLayout.ROWS;
    private static final int RUNS = BlockLayout.GROUP / BlockLayout.WORD_COLUMNS;

    /** What the activations of the four columns of a word are multiplied with. */
    private static final float[] FACTORS = {1, 0x1p-8f, 0x1p-16f, 1};

    private final int groupBytes = layout().groupBytes();

    VectorQ8Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.Q8, data, rows, columns);
    }

    @Override
    void reserve(int tokens, Activations arranged) {
        arranged.floats(Math.multiplyExact(tokens, stride()));
        arranged.starts(tokens * layout().groups());
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        int columns = columns();
        int stride = stride();
        int groups = layout().groups();
        float[] floats = arranged.floats;
        float[] starts = arranged.starts;
        for (int token = from; token < to; token++) {
            for (int group = 0; group < groups; group++) {
                int first = group * BlockLayout.GROUP;
                int target = token * stride + first;
                float sum = 0;
                for (int i = 0; i < BlockLayout.GROUP; i++) {
                    float activation = first + i < columns ? input[token * columns + first + i] : 0;
                    sum += activation;
                    floats[target + i] = activation * FACTORS[i % BlockLayout.WORD_COLUMNS];
                }
                starts[token * groups + group] = -128 * sum;
            }
        }
    }

    @Override
    void stream(int row, Activations arranged, float[] sums) {
        long first = layout().groupOffset(row, 0);
        long second = hasSecondBlock(row) ? layout().groupOffset(row + BlockLayout.ROWS, 0) : first;
        if (Lanes.COUNT == 16) {
            streamRows(first, second - first, arranged.floats, arranged.starts, sums, 0, BlockLayout.ROWS);
            return;
        }
        for (int lane = 0; lane < 16; lane += 2 * Lanes.COUNT) {
            int at = BlockLayout.ROWS + lane;
            long distance = 4L * Lanes.COUNT;
            streamRows(first + 4L * lane, distance, arranged.floats, arranged.starts, sums, lane, lane + Lanes.COUNT);
            streamRows(second + 4L * lane, distance, arranged.floats, arranged.starts, sums, at, at + Lanes.COUNT);
        }
    }

    /**
     * Four vectors of rows, as many sums as hide the latency of a multiply-add: at the offset one from the first half of a
     * block and one from the second, which share their words of scales, and two more at some distance. Nothing but the
     * Vector API is called, for the reason that {@link PanelTile} gives.
     *
     * @param at where the sums of the first two go, 16 apart
     * @param at2 where those of the other two go
     */
    private void streamRows(long offset, long distance, float[] x, float[] starts, float[] sums, int at, int at2) {
        MemorySegment weights = data();
        FloatVector total0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector total1 = total0;
        FloatVector total2 = total0;
        FloatVector total3 = total0;
        int groups = layout().groups();
        long word = offset;
        int column = 0;
        for (int group = 0; group < groups; group++) {
            FloatVector sum0 = FloatVector.broadcast(Lanes.FLOATS, starts[group]);
            FloatVector sum1 = sum0;
            FloatVector sum2 = sum0;
            FloatVector sum3 = sum0;
            for (int run = 0; run < RUNS; run++) {
                IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, weights, word, Lanes.LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(Lanes.INTS, weights, word + HALF_RUN, Lanes.LITTLE_ENDIAN);
                IntVector w2 = IntVector.fromMemorySegment(Lanes.INTS, weights, word + distance, Lanes.LITTLE_ENDIAN);
                IntVector w3 = IntVector.fromMemorySegment(
                        Lanes.INTS, weights, word + distance + HALF_RUN, Lanes.LITTLE_ENDIAN);
                FloatVector activation0 = FloatVector.broadcast(Lanes.FLOATS, x[column]);
                FloatVector activation1 = FloatVector.broadcast(Lanes.FLOATS, x[column + 1]);
                FloatVector activation2 = FloatVector.broadcast(Lanes.FLOATS, x[column + 2]);
                FloatVector activation3 = FloatVector.broadcast(Lanes.FLOATS, x[column + 3]);
                sum0 = ((FloatVector) w0.and(0xff).convert(VectorOperators.I2F, 0)).fma(activation0, sum0);
                sum1 = ((FloatVector) w1.and(0xff).convert(VectorOperators.I2F, 0)).fma(activation0, sum1);
                sum2 = ((FloatVector) w2.and(0xff).convert(VectorOperators.I2F, 0)).fma(activation0, sum2);
                sum3 = ((FloatVector) w3.and(0xff).convert(VectorOperators.I2F, 0)).fma(activation0, sum3);
                sum0 = ((FloatVector) w0.and(0xff00).convert(VectorOperators.I2F, 0)).fma(activation1, sum0);
                sum1 = ((FloatVector) w1.and(0xff00).convert(VectorOperators.I2F, 0)).fma(activation1, sum1);
                sum2 = ((FloatVector) w2.and(0xff00).convert(VectorOperators.I2F, 0)).fma(activation1, sum2);
                sum3 = ((FloatVector) w3.and(0xff00).convert(VectorOperators.I2F, 0)).fma(activation1, sum3);
                sum0 = ((FloatVector) w0.and(0xff0000).convert(VectorOperators.I2F, 0)).fma(activation2, sum0);
                sum1 = ((FloatVector) w1.and(0xff0000).convert(VectorOperators.I2F, 0)).fma(activation2, sum1);
                sum2 = ((FloatVector) w2.and(0xff0000).convert(VectorOperators.I2F, 0)).fma(activation2, sum2);
                sum3 = ((FloatVector) w3.and(0xff0000).convert(VectorOperators.I2F, 0)).fma(activation2, sum3);
                sum0 = ((FloatVector) w0.lanewise(VectorOperators.LSHR, 24).convert(VectorOperators.I2F, 0))
                        .fma(activation3, sum0);
                sum1 = ((FloatVector) w1.lanewise(VectorOperators.LSHR, 24).convert(VectorOperators.I2F, 0))
                        .fma(activation3, sum1);
                sum2 = ((FloatVector) w2.lanewise(VectorOperators.LSHR, 24).convert(VectorOperators.I2F, 0))
                        .fma(activation3, sum2);
                sum3 = ((FloatVector) w3.lanewise(VectorOperators.LSHR, 24).convert(VectorOperators.I2F, 0))
                        .fma(activation3, sum3);
                word += RUN;
                column += BlockLayout.WORD_COLUMNS;
            }
            IntVector scales = IntVector.fromMemorySegment(Lanes.INTS, weights, word, Lanes.LITTLE_ENDIAN);
            total0 = sum0.fma(scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), total0);
            total1 = sum1.fma(scales.and(0xffff0000).reinterpretAsFloats(), total1);
            scales = IntVector.fromMemorySegment(Lanes.INTS, weights, word + distance, Lanes.LITTLE_ENDIAN);
            total2 = sum2.fma(scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), total2);
            total3 = sum3.fma(scales.and(0xffff0000).reinterpretAsFloats(), total3);
            word += SCALE_BYTES;
        }
        total0.intoArray(sums, at);
        total1.intoArray(sums, at + 16);
        total2.intoArray(sums, at2);
        total3.intoArray(sums, at2 + 16);
    }

    @Override
    int panelFloats() {
        return PANEL_GROUPS * PANEL_ROWS * (1 + BlockLayout.GROUP);
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
        int scales = tokens * PANEL_ROWS;
        int panel = scales + PANEL_GROUPS * PANEL_ROWS;
        int columns = groups * BlockLayout.GROUP;
        for (int block = 0; block < (hasSecondBlock(row) ? PANEL_ROWS : BlockLayout.ROWS); block += BlockLayout.ROWS) {
            for (int lane = 0; lane < 16; lane += Lanes.COUNT) {
                long offset = layout().groupOffset(row + block, firstGroup) + 4L * lane;
                int first = block + lane;
                unpackScales(offset, groups, sums, scales + first);
                unpack(offset, groups, sums, panel + PanelTile.position(first, columns));
                unpack(offset + HALF_RUN, groups, sums, panel + PanelTile.position(first + 16, columns));
            }
        }
        int first = firstGroup * BlockLayout.GROUP;
        PanelTile.multiply(
                sums,
                scales,
                panel,
                columns,
                arranged.floats,
                first,
                stride(),
                arranged.starts,
                firstGroup,
                layout().groups(),
                tokens);
    }

    /** Unpacks a vector of rows column by column. */
    private void unpack(long offset, int groups, float[] panel, int target) {
        int at = target;
        for (int group = 0; group < groups; group++) {
            long word = offset + (long) group * groupBytes;
            for (int run = 0; run < RUNS; run++) {
                IntVector words = IntVector.fromMemorySegment(Lanes.INTS, data(), word, Lanes.LITTLE_ENDIAN);
                words.and(0xff)
                        .convert(VectorOperators.I2F, 0)
                        .reinterpretAsFloats()
                        .intoArray(panel, at);
                at += PanelTile.TILE_ROWS;
                words.and(0xff00)
                        .convert(VectorOperators.I2F, 0)
                        .reinterpretAsFloats()
                        .intoArray(panel, at);
                at += PanelTile.TILE_ROWS;
                words.and(0xff0000)
                        .convert(VectorOperators.I2F, 0)
                        .reinterpretAsFloats()
                        .intoArray(panel, at);
                at += PanelTile.TILE_ROWS;
                words.lanewise(VectorOperators.LSHR, 24)
                        .convert(VectorOperators.I2F, 0)
                        .reinterpretAsFloats()
                        .intoArray(panel, at);
                at += PanelTile.TILE_ROWS;
                word += RUN;
            }
        }
    }
}

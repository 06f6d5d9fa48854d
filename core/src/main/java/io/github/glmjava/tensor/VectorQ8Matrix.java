package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
    /** Measured at 256 bits. */
    private static final int TILED_TOKENS = 12;

    /** Bytes of one run of words, and of its first half, rows 0 to 15. */
    private static final int RUN = 4 * BlockLayout.ROWS;

    private static final int HALF_RUN = RUN / 2;
    private static final int SCALE_BYTES = 2 * BlockLayout.ROWS;
    private static final int RUNS = BlockLayout.GROUP / BlockLayout.WORD_COLUMNS;

    private static final IntVector FIRST = IntVector.broadcast(Lanes.INTS, 0xff);
    private static final IntVector SECOND = IntVector.broadcast(Lanes.INTS, 0xff00);
    private static final IntVector THIRD = IntVector.broadcast(Lanes.INTS, 0xff0000);

    /** What the activations of the four columns of a word are multiplied with. */
    private static final float[] FACTORS = {1, 0x1p-8f, 0x1p-16f, 1};

    private final int groupBytes = layout().groupBytes();

    VectorQ8Matrix(MemorySegment data, int rows, int columns) {
        super(MatrixFormat.Q8, data, rows, columns, TILED_TOKENS);
    }

    @Override
    void reserve(int tokens, Activations arranged) {
        int groups = Math.multiplyExact(room(tokens), layout().groups());
        arranged.floats(Math.multiplyExact(groups, BlockLayout.GROUP));
        // One more, which a streaming kernel reads behind the last group.
        arranged.starts(groups + 1);
    }

    @Override
    void arrange(float[] input, int tokens, Activations arranged, int from, int to) {
        int groups = layout().groups();
        int step = isTiled(tokens) ? Activations.TILE_TOKENS : 1;
        float[] floats = arranged.floats;
        for (int token = from; token < to; token++) {
            int source = token * columns();
            int end = source + columns();
            int target = position(tokens, token, groups * BlockLayout.GROUP);
            int start = position(tokens, token, groups);
            for (int group = 0; group < groups; group++) {
                float sum = 0;
                for (int i = 0; i < BlockLayout.GROUP; i++) {
                    float activation = source < end ? input[source] : 0;
                    sum += activation;
                    floats[target] = activation * FACTORS[i % BlockLayout.WORD_COLUMNS];
                    source++;
                    target += step;
                }
                arranged.starts[start] = -128 * sum;
                start += step;
            }
        }
    }

    @Override
    void stream(int row, Activations arranged, int token, float[] sums) {
        Arrays.fill(sums, 0, STREAMED_ROWS, 0);
        int group = token * layout().groups();
        for (int vector = 0; vector < 4; vector += 2) {
            long first = wordOffset(row, vector);
            long distance = wordOffset(row, vector + 1) - first;
            streamRows(first, distance, arranged, group, sums, firstRow(vector), firstRow(vector + 1));
        }
    }

    /**
     * Four vectors of rows, as many sums as hide the latency of a multiply-add: at the offset one from the first half of a
     * block and one from the second, which share their words of scales, and two more at some distance. Nothing but the
     * Vector API is called, for the reason that {@link PanelTile} gives; groups are a condition in one loop and not an inner
     * loop, and their sums are scaled and added in memory, for the reasons that {@link VectorQ4Matrix} gives.
     *
     * @param at where the sums of the first two go, 16 apart
     * @param at2 where those of the other two go
     */
    private void streamRows(
            long offset, long distance, Activations arranged, int firstGroup, float[] sums, int at, int at2) {
        MemorySegment weights = data();
        float[] x = arranged.floats;
        float[] starts = arranged.starts;
        int first = firstGroup * BlockLayout.GROUP;
        int end = first + layout().groups() * BlockLayout.GROUP;
        FloatVector sum0 = FloatVector.broadcast(Lanes.FLOATS, starts[firstGroup]);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        long word = offset;
        for (int column = first; column < end; column += BlockLayout.WORD_COLUMNS) {
            IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, weights, word, Lanes.LITTLE_ENDIAN);
            IntVector w1 = IntVector.fromMemorySegment(Lanes.INTS, weights, word + HALF_RUN, Lanes.LITTLE_ENDIAN);
            IntVector w2 = IntVector.fromMemorySegment(Lanes.INTS, weights, word + distance, Lanes.LITTLE_ENDIAN);
            IntVector w3 =
                    IntVector.fromMemorySegment(Lanes.INTS, weights, word + distance + HALF_RUN, Lanes.LITTLE_ENDIAN);
            FloatVector activation = FloatVector.broadcast(Lanes.FLOATS, x[column]);
            sum0 = ((FloatVector) w0.and(FIRST).convert(VectorOperators.I2F, 0)).fma(activation, sum0);
            sum1 = ((FloatVector) w1.and(FIRST).convert(VectorOperators.I2F, 0)).fma(activation, sum1);
            sum2 = ((FloatVector) w2.and(FIRST).convert(VectorOperators.I2F, 0)).fma(activation, sum2);
            sum3 = ((FloatVector) w3.and(FIRST).convert(VectorOperators.I2F, 0)).fma(activation, sum3);
            activation = FloatVector.broadcast(Lanes.FLOATS, x[column + 1]);
            sum0 = ((FloatVector) w0.and(SECOND).convert(VectorOperators.I2F, 0)).fma(activation, sum0);
            sum1 = ((FloatVector) w1.and(SECOND).convert(VectorOperators.I2F, 0)).fma(activation, sum1);
            sum2 = ((FloatVector) w2.and(SECOND).convert(VectorOperators.I2F, 0)).fma(activation, sum2);
            sum3 = ((FloatVector) w3.and(SECOND).convert(VectorOperators.I2F, 0)).fma(activation, sum3);
            activation = FloatVector.broadcast(Lanes.FLOATS, x[column + 2]);
            sum0 = ((FloatVector) w0.and(THIRD).convert(VectorOperators.I2F, 0)).fma(activation, sum0);
            sum1 = ((FloatVector) w1.and(THIRD).convert(VectorOperators.I2F, 0)).fma(activation, sum1);
            sum2 = ((FloatVector) w2.and(THIRD).convert(VectorOperators.I2F, 0)).fma(activation, sum2);
            sum3 = ((FloatVector) w3.and(THIRD).convert(VectorOperators.I2F, 0)).fma(activation, sum3);
            activation = FloatVector.broadcast(Lanes.FLOATS, x[column + 3]);
            sum0 = ((FloatVector) w0.lanewise(VectorOperators.LSHR, 24).convert(VectorOperators.I2F, 0))
                    .fma(activation, sum0);
            sum1 = ((FloatVector) w1.lanewise(VectorOperators.LSHR, 24).convert(VectorOperators.I2F, 0))
                    .fma(activation, sum1);
            sum2 = ((FloatVector) w2.lanewise(VectorOperators.LSHR, 24).convert(VectorOperators.I2F, 0))
                    .fma(activation, sum2);
            sum3 = ((FloatVector) w3.lanewise(VectorOperators.LSHR, 24).convert(VectorOperators.I2F, 0))
                    .fma(activation, sum3);
            word += RUN;
            if (column % BlockLayout.GROUP == BlockLayout.GROUP - BlockLayout.WORD_COLUMNS) {
                IntVector scales = IntVector.fromMemorySegment(Lanes.INTS, weights, word, Lanes.LITTLE_ENDIAN);
                sum0.fma(
                                scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at))
                        .intoArray(sums, at);
                sum1.fma(
                                scales.and(UPPER_HALF).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at + 16))
                        .intoArray(sums, at + 16);
                scales = IntVector.fromMemorySegment(Lanes.INTS, weights, word + distance, Lanes.LITTLE_ENDIAN);
                sum2.fma(
                                scales.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at2))
                        .intoArray(sums, at2);
                sum3.fma(
                                scales.and(UPPER_HALF).reinterpretAsFloats(),
                                FloatVector.fromArray(Lanes.FLOATS, sums, at2 + 16))
                        .intoArray(sums, at2 + 16);
                word += SCALE_BYTES;
                sum0 = FloatVector.broadcast(Lanes.FLOATS, starts[column / BlockLayout.GROUP + 1]);
                sum1 = sum0;
                sum2 = sum0;
                sum3 = sum0;
            }
        }
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
        int scales = Activations.tiled(tokens) * PANEL_ROWS;
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
        PanelTile.multiply(sums, scales, panel, groups, arranged, firstGroup, layout().groups(), tokens);
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

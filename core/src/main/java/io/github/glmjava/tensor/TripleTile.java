package io.github.glmjava.tensor;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A panel of unpacked 4-bit weights times several tokens' 8-bit activations, three tokens in one number: a double holds
 * {@code a0 + 2^16 a1 + 2^32 a2} exactly, and a multiply-add with a weight adds to the sums of all three. The 32 products of a
 * group are at most {@code 32 * 8 * 127 = 32512}, so with 32768 added at the start each sum stays in its 16 bits; with {@code 1.5 *
 * 2^52} added, too, a double's lower bits are that integer. One operation of 512 bits makes 24 multiply-adds, where floats make
 * 16 and {@link ShortTile} makes 32 in two. Then the sums are taken apart, scaled and added to the row's float, with the same
 * bits as there.
 *
 * <p>For vectors of 512 bits. A tile is 6 triples x 4 vectors of 8 rows, or 2 x 4 for what is left; for the shape of the loops see
 * {@link PanelTile}. Its sums go through memory, as a method that also took them apart would be too large for C1.
 */
final class TripleTile {
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_512;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;

    /** Doubles in a vector. */
    static final int COUNT = 8;

    /** Rows whose weights of one column are adjacent: the even ones of 16, the odd ones, and the same of the next 16. */
    static final int TILE_ROWS = 4 * COUNT;

    /** Triples of a tile. */
    static final int TRIPLES = 6;

    /** Groups whose sums are added together, those of a panel: what they are added to lies in the second-level cache. */
    private static final int GROUPS = VectorQ4Matrix.PANEL_GROUPS;

    /** Space for the sums of a tile of one group. */
    private static final int SUMS = TRIPLES * TILE_ROWS;

    /** Space for the sums of a tile of all groups. */
    static final int ALL_SUMS = GROUPS * SUMS;

    private static final int SMALL_TRIPLES = 2;
    private static final int ROWS = BlockMatrix.PANEL_ROWS;

    /** What a sum starts with. */
    private static final double START = 0x1.8p52 + 0x8000_8000_8000L;

    private static final LongVector LOWER_INTS = LongVector.broadcast(LONGS, 0xffff_ffffL);
    private static final LongVector UPPER_INTS = LongVector.broadcast(LONGS, 0xffff_ffff_0000_0000L);
    private static final IntVector LOWER_HALF = IntVector.broadcast(INTS, 0xffff);
    private static final IntVector UPPER_HALF = IntVector.broadcast(INTS, 0xffff_0000);
    private static final IntVector SIGN = IntVector.broadcast(INTS, 0x8000_0000);

    /** Where 16 bits in the mantissa of a float count 65536 each, and what they then are too much. */
    private static final float LARGE = 0x1p39f;

    private static final IntVector LARGE_BITS = IntVector.broadcast(INTS, Float.floatToRawIntBits(LARGE));
    private static final FloatVector EXCESS = FloatVector.broadcast(FLOATS, LARGE + 0x1p31f);

    private TripleTile() {}

    /**
     * Where the sums of a token lie: those of a triple take the space of four tokens, so that addresses are shifts, which C2
     * foresees.
     */
    static int sums(int token) {
        return (token / TokenTriples.TOKENS * TokenTriples.STEP + token % TokenTriples.TOKENS) * ROWS;
    }

    /**
     * Adds {@code panel x activations} to the sums.
     *
     * @param panel in tiles of {@code columns x TILE_ROWS}
     * @param groups of columns in the panel, 2 or, at the end, 1; then the second has scales of zero
     * @param activations as {@link TokenTriples} makes them
     * @param firstGroup the panel's first group
     * @param allGroups of the activations
     * @param floats sums of {@code ROWS} rows for each token, the tokens rounded up to whole tiles, then from {@code scales} on the
     *     scales of {@code ROWS} rows for each group
     * @param between space for {@link #ALL_SUMS}
     */
    static void multiply(
            double[] panel,
            int groups,
            Activations activations,
            int firstGroup,
            int allGroups,
            float[] floats,
            int scales,
            int tokens,
            long[] between) {
        int triples = TokenTriples.count(tokens);
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
            for (int triple = 0; triple < triples; triple += TRIPLES) {
                int some = Math.min(TRIPLES, triples - triple);
                int first = TokenTriples.position(triple, firstGroup, allGroups);
                int weights = row * groups * BlockLayout.GROUP;
                int second = groups > 1 ? first + TRIPLES : first;
                for (int group = 0; group < groups; group++) {
                    tiles(panel, weights, activations.triples, first + group * TRIPLES, between, group * SUMS, some);
                    weights += BlockLayout.GROUP * TILE_ROWS;
                }
                for (int half = 0; half < TILE_ROWS; half += TILE_ROWS / 2) {
                    addScaled(
                            between,
                            half,
                            floats,
                            scales + row + half,
                            triple * TokenTriples.STEP * ROWS + row + half,
                            activations.scales,
                            first * TokenTriples.STEP,
                            second * TokenTriples.STEP,
                            some);
                }
            }
        }
    }

    /** The sums of a group of up to {@link #TRIPLES} triples. */
    private static void tiles(double[] panel, int weights, double[] x, int position, long[] sums, int to, int triples) {
        int from = TokenTriples.first(position);
        if (triples > 2 * SMALL_TRIPLES) {
            largeTile(panel, weights, x, from, sums, to);
        } else {
            for (int i = 0; i < triples; i += SMALL_TRIPLES) {
                smallTile(panel, weights, x, from + i, sums, to + i * TILE_ROWS);
            }
        }
    }

    /**
     * Takes the sums of half the rows of two groups apart, 65536 times too large, for which the activations' scales make up, and
     * adds them to the floats, one group after the other. Even rows lie in the lower ints of the lanes of one vector, odd ones in
     * those of the next.
     *
     * @param start where the sums of the rows begin
     * @param scales of the rows of the first group; {@code ROWS} further those of the second
     * @param first the activations' scales of the first group
     * @param second those of the second
     */
    private static void addScaled(
            long[] sums,
            int start,
            float[] floats,
            int scales,
            int to,
            float[] activationScales,
            int first,
            int second,
            int triples) {
        FloatVector scale0 = FloatVector.fromArray(FLOATS, floats, scales);
        FloatVector scale1 = FloatVector.fromArray(FLOATS, floats, scales + ROWS);
        for (int i = 0; i < triples; i++) {
            int from = start + (i << 5);
            int at = to + (i << 8);
            int x = first + (i << 2);
            FloatVector x00 = FloatVector.broadcast(FLOATS, activationScales[x]);
            FloatVector x01 = FloatVector.broadcast(FLOATS, activationScales[x + 1]);
            FloatVector x02 = FloatVector.broadcast(FLOATS, activationScales[x + 2]);
            x = second + (i << 2);
            FloatVector x10 = FloatVector.broadcast(FLOATS, activationScales[x]);
            FloatVector x11 = FloatVector.broadcast(FLOATS, activationScales[x + 1]);
            FloatVector x12 = FloatVector.broadcast(FLOATS, activationScales[x + 2]);
            LongVector even = LongVector.fromArray(LONGS, sums, from);
            LongVector odd = LongVector.fromArray(LONGS, sums, from + COUNT);
            IntVector lower0 = even.and(LOWER_INTS)
                    .or(odd.lanewise(VectorOperators.LSHL, 32))
                    .reinterpretAsInts();
            IntVector upper0 = even.lanewise(VectorOperators.LSHR, 32)
                    .or(odd.and(UPPER_INTS))
                    .reinterpretAsInts();
            even = LongVector.fromArray(LONGS, sums, from + SUMS);
            odd = LongVector.fromArray(LONGS, sums, from + SUMS + COUNT);
            IntVector lower1 = even.and(LOWER_INTS)
                    .or(odd.lanewise(VectorOperators.LSHL, 32))
                    .reinterpretAsInts();
            IntVector upper1 = even.lanewise(VectorOperators.LSHR, 32)
                    .or(odd.and(UPPER_INTS))
                    .reinterpretAsInts();
            FloatVector sum = FloatVector.fromArray(FLOATS, floats, at);
            sum = lower0.and(LOWER_HALF)
                    .or(LARGE_BITS)
                    .reinterpretAsFloats()
                    .sub(EXCESS)
                    .fma(scale0.mul(x00), sum);
            sum = lower1.and(LOWER_HALF)
                    .or(LARGE_BITS)
                    .reinterpretAsFloats()
                    .sub(EXCESS)
                    .fma(scale1.mul(x10), sum);
            sum.intoArray(floats, at);
            sum = FloatVector.fromArray(FLOATS, floats, at + ROWS);
            sum = ((FloatVector) lower0.and(UPPER_HALF)
                            .lanewise(VectorOperators.XOR, SIGN)
                            .convert(VectorOperators.I2F, 0))
                    .fma(scale0.mul(x01), sum);
            sum = ((FloatVector) lower1.and(UPPER_HALF)
                            .lanewise(VectorOperators.XOR, SIGN)
                            .convert(VectorOperators.I2F, 0))
                    .fma(scale1.mul(x11), sum);
            sum.intoArray(floats, at + ROWS);
            sum = FloatVector.fromArray(FLOATS, floats, at + 2 * ROWS);
            sum = upper0.and(LOWER_HALF)
                    .or(LARGE_BITS)
                    .reinterpretAsFloats()
                    .sub(EXCESS)
                    .fma(scale0.mul(x02), sum);
            sum = upper1.and(LOWER_HALF)
                    .or(LARGE_BITS)
                    .reinterpretAsFloats()
                    .sub(EXCESS)
                    .fma(scale1.mul(x12), sum);
            sum.intoArray(floats, at + 2 * ROWS);
        }
    }

    private static void smallTile(double[] a, int weights, double[] x, int from, long[] sums, int to) {
        DoubleVector s00 = DoubleVector.broadcast(DOUBLES, START);
        DoubleVector s01 = s00;
        DoubleVector s02 = s00;
        DoubleVector s03 = s00;
        DoubleVector s10 = DoubleVector.broadcast(DOUBLES, START);
        DoubleVector s11 = s10;
        DoubleVector s12 = s10;
        DoubleVector s13 = s10;
        for (int column = 0; column < BlockLayout.GROUP; column++) {
            int w = weights + column * TILE_ROWS;
            int at = from + column * TokenTriples.COLUMN;
            DoubleVector w0 = DoubleVector.fromArray(DOUBLES, a, w);
            DoubleVector w1 = DoubleVector.fromArray(DOUBLES, a, w + COUNT);
            DoubleVector w2 = DoubleVector.fromArray(DOUBLES, a, w + 2 * COUNT);
            DoubleVector w3 = DoubleVector.fromArray(DOUBLES, a, w + 3 * COUNT);
            DoubleVector triple = DoubleVector.broadcast(DOUBLES, x[at]);
            s00 = w0.fma(triple, s00);
            s01 = w1.fma(triple, s01);
            s02 = w2.fma(triple, s02);
            s03 = w3.fma(triple, s03);
            triple = DoubleVector.broadcast(DOUBLES, x[at + 1]);
            s10 = w0.fma(triple, s10);
            s11 = w1.fma(triple, s11);
            s12 = w2.fma(triple, s12);
            s13 = w3.fma(triple, s13);
        }
        s00.reinterpretAsLongs().intoArray(sums, to);
        s01.reinterpretAsLongs().intoArray(sums, to + COUNT);
        s02.reinterpretAsLongs().intoArray(sums, to + 2 * COUNT);
        s03.reinterpretAsLongs().intoArray(sums, to + 3 * COUNT);
        s10.reinterpretAsLongs().intoArray(sums, to + 4 * COUNT);
        s11.reinterpretAsLongs().intoArray(sums, to + 5 * COUNT);
        s12.reinterpretAsLongs().intoArray(sums, to + 6 * COUNT);
        s13.reinterpretAsLongs().intoArray(sums, to + 7 * COUNT);
    }

    private static void largeTile(double[] a, int weights, double[] x, int from, long[] sums, int to) {
        DoubleVector s00 = DoubleVector.broadcast(DOUBLES, START);
        DoubleVector s01 = s00;
        DoubleVector s02 = s00;
        DoubleVector s03 = s00;
        DoubleVector s10 = DoubleVector.broadcast(DOUBLES, START);
        DoubleVector s11 = s10;
        DoubleVector s12 = s10;
        DoubleVector s13 = s10;
        DoubleVector s20 = DoubleVector.broadcast(DOUBLES, START);
        DoubleVector s21 = s20;
        DoubleVector s22 = s20;
        DoubleVector s23 = s20;
        DoubleVector s30 = DoubleVector.broadcast(DOUBLES, START);
        DoubleVector s31 = s30;
        DoubleVector s32 = s30;
        DoubleVector s33 = s30;
        DoubleVector s40 = DoubleVector.broadcast(DOUBLES, START);
        DoubleVector s41 = s40;
        DoubleVector s42 = s40;
        DoubleVector s43 = s40;
        DoubleVector s50 = DoubleVector.broadcast(DOUBLES, START);
        DoubleVector s51 = s50;
        DoubleVector s52 = s50;
        DoubleVector s53 = s50;
        for (int column = 0; column < BlockLayout.GROUP; column++) {
            int w = weights + column * TILE_ROWS;
            int at = from + column * TokenTriples.COLUMN;
            DoubleVector w0 = DoubleVector.fromArray(DOUBLES, a, w);
            DoubleVector w1 = DoubleVector.fromArray(DOUBLES, a, w + COUNT);
            DoubleVector w2 = DoubleVector.fromArray(DOUBLES, a, w + 2 * COUNT);
            DoubleVector w3 = DoubleVector.fromArray(DOUBLES, a, w + 3 * COUNT);
            DoubleVector triple = DoubleVector.broadcast(DOUBLES, x[at]);
            s00 = w0.fma(triple, s00);
            s01 = w1.fma(triple, s01);
            s02 = w2.fma(triple, s02);
            s03 = w3.fma(triple, s03);
            triple = DoubleVector.broadcast(DOUBLES, x[at + 1]);
            s10 = w0.fma(triple, s10);
            s11 = w1.fma(triple, s11);
            s12 = w2.fma(triple, s12);
            s13 = w3.fma(triple, s13);
            triple = DoubleVector.broadcast(DOUBLES, x[at + 2]);
            s20 = w0.fma(triple, s20);
            s21 = w1.fma(triple, s21);
            s22 = w2.fma(triple, s22);
            s23 = w3.fma(triple, s23);
            triple = DoubleVector.broadcast(DOUBLES, x[at + 3]);
            s30 = w0.fma(triple, s30);
            s31 = w1.fma(triple, s31);
            s32 = w2.fma(triple, s32);
            s33 = w3.fma(triple, s33);
            triple = DoubleVector.broadcast(DOUBLES, x[at + 4]);
            s40 = w0.fma(triple, s40);
            s41 = w1.fma(triple, s41);
            s42 = w2.fma(triple, s42);
            s43 = w3.fma(triple, s43);
            triple = DoubleVector.broadcast(DOUBLES, x[at + 5]);
            s50 = w0.fma(triple, s50);
            s51 = w1.fma(triple, s51);
            s52 = w2.fma(triple, s52);
            s53 = w3.fma(triple, s53);
        }
        s00.reinterpretAsLongs().intoArray(sums, to);
        s01.reinterpretAsLongs().intoArray(sums, to + COUNT);
        s02.reinterpretAsLongs().intoArray(sums, to + 2 * COUNT);
        s03.reinterpretAsLongs().intoArray(sums, to + 3 * COUNT);
        s10.reinterpretAsLongs().intoArray(sums, to + 4 * COUNT);
        s11.reinterpretAsLongs().intoArray(sums, to + 5 * COUNT);
        s12.reinterpretAsLongs().intoArray(sums, to + 6 * COUNT);
        s13.reinterpretAsLongs().intoArray(sums, to + 7 * COUNT);
        s20.reinterpretAsLongs().intoArray(sums, to + 8 * COUNT);
        s21.reinterpretAsLongs().intoArray(sums, to + 9 * COUNT);
        s22.reinterpretAsLongs().intoArray(sums, to + 10 * COUNT);
        s23.reinterpretAsLongs().intoArray(sums, to + 11 * COUNT);
        s30.reinterpretAsLongs().intoArray(sums, to + 12 * COUNT);
        s31.reinterpretAsLongs().intoArray(sums, to + 13 * COUNT);
        s32.reinterpretAsLongs().intoArray(sums, to + 14 * COUNT);
        s33.reinterpretAsLongs().intoArray(sums, to + 15 * COUNT);
        s40.reinterpretAsLongs().intoArray(sums, to + 16 * COUNT);
        s41.reinterpretAsLongs().intoArray(sums, to + 17 * COUNT);
        s42.reinterpretAsLongs().intoArray(sums, to + 18 * COUNT);
        s43.reinterpretAsLongs().intoArray(sums, to + 19 * COUNT);
        s50.reinterpretAsLongs().intoArray(sums, to + 20 * COUNT);
        s51.reinterpretAsLongs().intoArray(sums, to + 21 * COUNT);
        s52.reinterpretAsLongs().intoArray(sums, to + 22 * COUNT);
        s53.reinterpretAsLongs().intoArray(sums, to + 23 * COUNT);
    }
}

package io.github.glmjava.tensor;

import java.util.List;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Makes rows to lanes: squares of {@link Lanes#COUNT} rows and as many columns are mirrored at their diagonal, by swapping
 * squares of half the size, of a quarter, and so on. The vectors go through memory between the swaps: all of a square
 * would take more registers than there are.
 */
final class Transposition {
    /** Those of squares of 1, 2, 4, ... rows and columns. */
    private static final List<Swap> SWAPS = IntStream.iterate(
                    1, distance -> distance < Lanes.COUNT, distance -> 2 * distance)
            .mapToObj(Swap::of)
            .toList();

    private Transposition() {}

    /**
     * Transposes in place the squares that stand side by side.
     *
     * @param rows {@link Lanes#COUNT} rows, the first from {@code from} on, {@code stride} apart
     * @param columns a multiple of as many
     */
    static void transpose(float[] rows, int from, int stride, int columns) {
        int left = SWAPS.size();
        for (; left > 1; left -= 2) {
            Swap larger = SWAPS.get(left - 1);
            Swap smaller = SWAPS.get(left - 2);
            for (int row = 0; row < Lanes.COUNT; row++) {
                if ((row & (larger.distance | smaller.distance)) == 0) {
                    int first = from + row * stride;
                    int apart = smaller.distance * stride;
                    swapTwice(
                            rows,
                            first,
                            apart,
                            columns,
                            larger.exchange,
                            larger.upper,
                            smaller.exchange,
                            smaller.upper);
                }
            }
        }
        for (int row = 0; left == 1 && row < Lanes.COUNT; row += 2) {
            swap(rows, from + row * stride, stride, columns, SWAPS.getFirst().exchange, SWAPS.getFirst().upper);
        }
    }

    /** Two swaps one after the other of four rows, {@code apart} from each other, which stay in registers in between. */
    private static void swapTwice(
            float[] a,
            int first,
            int apart,
            int columns,
            VectorShuffle<Float> largerExchange,
            VectorMask<Float> largerUpper,
            VectorShuffle<Float> smallerExchange,
            VectorMask<Float> smallerUpper) {
        for (int i = first; i < first + columns; i += Lanes.COUNT) {
            FloatVector row0 = FloatVector.fromArray(Lanes.FLOATS, a, i);
            FloatVector row1 = FloatVector.fromArray(Lanes.FLOATS, a, i + apart);
            FloatVector row2 = FloatVector.fromArray(Lanes.FLOATS, a, i + 2 * apart);
            FloatVector row3 = FloatVector.fromArray(Lanes.FLOATS, a, i + 3 * apart);
            FloatVector half0 = row0.blend(row2.rearrange(largerExchange), largerUpper);
            FloatVector half1 = row1.blend(row3.rearrange(largerExchange), largerUpper);
            FloatVector half2 = row0.rearrange(largerExchange).blend(row2, largerUpper);
            FloatVector half3 = row1.rearrange(largerExchange).blend(row3, largerUpper);
            half0.blend(half1.rearrange(smallerExchange), smallerUpper).intoArray(a, i);
            half0.rearrange(smallerExchange).blend(half1, smallerUpper).intoArray(a, i + apart);
            half2.blend(half3.rearrange(smallerExchange), smallerUpper).intoArray(a, i + 2 * apart);
            half2.rearrange(smallerExchange).blend(half3, smallerUpper).intoArray(a, i + 3 * apart);
        }
    }

    private static void swap(
            float[] a, int first, int apart, int columns, VectorShuffle<Float> exchange, VectorMask<Float> upper) {
        for (int i = first; i < first + columns; i += Lanes.COUNT) {
            FloatVector row0 = FloatVector.fromArray(Lanes.FLOATS, a, i);
            FloatVector row1 = FloatVector.fromArray(Lanes.FLOATS, a, i + apart);
            row0.blend(row1.rearrange(exchange), upper).intoArray(a, i);
            row0.rearrange(exchange).blend(row1, upper).intoArray(a, i + apart);
        }
    }

    /** The upper lanes of the first of two rows at a distance for the lower lanes of the second, in squares of twice that size. */
    private record Swap(int distance, VectorShuffle<Float> exchange, VectorMask<Float> upper) {
        static Swap of(int distance) {
            boolean[] upper = new boolean[Lanes.COUNT];
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                upper[lane] = (lane & distance) != 0;
            }
            return new Swap(distance, Lanes.exchange(distance), VectorMask.fromArray(Lanes.FLOATS, upper, 0));
        }
    }
}

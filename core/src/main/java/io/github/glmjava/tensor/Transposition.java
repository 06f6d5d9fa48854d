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
    private static final List<Swap> SWAPS = IntStream.iterate(
                    Lanes.COUNT / 2, distance -> distance > 0, distance -> distance / 2)
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
        for (int i = 0; i < SWAPS.size(); i++) {
            Swap swap = SWAPS.get(i);
            for (int row = 0; row < Lanes.COUNT; row++) {
                if ((row & swap.distance) == 0) {
                    int first = from + row * stride;
                    swap(rows, first, first + swap.distance * stride, columns, swap.exchange, swap.upper);
                }
            }
        }
    }

    private static void swap(
            float[] a, int first, int second, int columns, VectorShuffle<Float> exchange, VectorMask<Float> upper) {
        for (int i = 0; i < columns; i += Lanes.COUNT) {
            FloatVector one = FloatVector.fromArray(Lanes.FLOATS, a, first + i);
            FloatVector two = FloatVector.fromArray(Lanes.FLOATS, a, second + i);
            one.blend(two.rearrange(exchange), upper).intoArray(a, first + i);
            one.rearrange(exchange).blend(two, upper).intoArray(a, second + i);
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

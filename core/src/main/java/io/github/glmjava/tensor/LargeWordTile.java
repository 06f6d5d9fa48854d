package io.github.glmjava.tensor;

import static io.github.glmjava.tensor.WordTile.COLUMN0;
import static io.github.glmjava.tensor.WordTile.COLUMN1;
import static io.github.glmjava.tensor.WordTile.COLUMN2;
import static io.github.glmjava.tensor.WordTile.COLUMN3;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The tile of {@link WordTile} for 32 registers: two vectors of words times 4 pairs, 16 sums. Two vectors share the loads of the
 * activations and are read from two places, in which the processor fetches ahead at the same time: a tenth faster than one.
 */
final class LargeWordTile {
    static final int PAIRS = 4;

    static final ShortCalls SHORT_CALLS = new ShortCalls();

    private LargeWordTile() {}

    /** Two vectors of words and 4 pairs; for the parameters see {@link WordTile#multiply}. */
    static void multiply(
            MemorySegment data,
            long offset0,
            long offset1,
            long scaleWords0,
            long scaleWords1,
            int groups,
            int begin,
            int count,
            Activations arranged,
            int pair,
            float[] a,
            int to0,
            int to1,
            int between) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        float[] x = arranged.floats;
        float[] starts = arranged.starts;
        int step = groups * BlockLayout.GROUP;
        int from0 = pair * step + begin * BlockLayout.GROUP;
        int from1 = from0 + step;
        int from2 = from1 + step;
        int from3 = from2 + step;
        int start0 = pair * groups + begin;
        int start1 = start0 + groups;
        int start2 = start1 + groups;
        int start3 = start2 + groups;
        FloatVector low00 = FloatVector.broadcast(Lanes.FLOATS, starts[start0]);
        FloatVector high00 = low00;
        FloatVector low01 = low00;
        FloatVector high01 = low00;
        FloatVector low10 = FloatVector.broadcast(Lanes.FLOATS, starts[start1]);
        FloatVector high10 = low10;
        FloatVector low11 = low10;
        FloatVector high11 = low10;
        FloatVector low20 = FloatVector.broadcast(Lanes.FLOATS, starts[start2]);
        FloatVector high20 = low20;
        FloatVector low21 = low20;
        FloatVector high21 = low20;
        FloatVector low30 = FloatVector.broadcast(Lanes.FLOATS, starts[start3]);
        FloatVector high30 = low30;
        FloatVector low31 = low30;
        FloatVector high31 = low30;
        for (int run = 0; run < count * VectorQ4Matrix.RUNS; run++) {
            long word = (long) run * VectorQ4Matrix.RUN;
            int at = run * BlockLayout.WORD_COLUMNS;
            IntVector w0 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset0 + word, Lanes.LITTLE_ENDIAN);
            IntVector w1 = IntVector.fromMemorySegment(Lanes.INTS, weights, offset1 + word, Lanes.LITTLE_ENDIAN);
            IntVector upper0 = w0.lanewise(VectorOperators.LSHR, 16);
            IntVector upper1 = w1.lanewise(VectorOperators.LSHR, 16);
            FloatVector pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at]);
            FloatVector pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at]);
            FloatVector pair2 = FloatVector.broadcast(Lanes.FLOATS, x[from2 + at]);
            FloatVector pair3 = FloatVector.broadcast(Lanes.FLOATS, x[from3 + at]);
            FloatVector w = (FloatVector) w0.and(COLUMN0).convert(VectorOperators.I2F, 0);
            low00 = w.fma(pair0, low00);
            low10 = w.fma(pair1, low10);
            low20 = w.fma(pair2, low20);
            low30 = w.fma(pair3, low30);
            w = (FloatVector) upper0.and(COLUMN0).convert(VectorOperators.I2F, 0);
            high00 = w.fma(pair0, high00);
            high10 = w.fma(pair1, high10);
            high20 = w.fma(pair2, high20);
            high30 = w.fma(pair3, high30);
            w = (FloatVector) w1.and(COLUMN0).convert(VectorOperators.I2F, 0);
            low01 = w.fma(pair0, low01);
            low11 = w.fma(pair1, low11);
            low21 = w.fma(pair2, low21);
            low31 = w.fma(pair3, low31);
            w = (FloatVector) upper1.and(COLUMN0).convert(VectorOperators.I2F, 0);
            high01 = w.fma(pair0, high01);
            high11 = w.fma(pair1, high11);
            high21 = w.fma(pair2, high21);
            high31 = w.fma(pair3, high31);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 1]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 1]);
            pair2 = FloatVector.broadcast(Lanes.FLOATS, x[from2 + at + 1]);
            pair3 = FloatVector.broadcast(Lanes.FLOATS, x[from3 + at + 1]);
            w = (FloatVector) w0.and(COLUMN1).convert(VectorOperators.I2F, 0);
            low00 = w.fma(pair0, low00);
            low10 = w.fma(pair1, low10);
            low20 = w.fma(pair2, low20);
            low30 = w.fma(pair3, low30);
            w = (FloatVector) upper0.and(COLUMN1).convert(VectorOperators.I2F, 0);
            high00 = w.fma(pair0, high00);
            high10 = w.fma(pair1, high10);
            high20 = w.fma(pair2, high20);
            high30 = w.fma(pair3, high30);
            w = (FloatVector) w1.and(COLUMN1).convert(VectorOperators.I2F, 0);
            low01 = w.fma(pair0, low01);
            low11 = w.fma(pair1, low11);
            low21 = w.fma(pair2, low21);
            low31 = w.fma(pair3, low31);
            w = (FloatVector) upper1.and(COLUMN1).convert(VectorOperators.I2F, 0);
            high01 = w.fma(pair0, high01);
            high11 = w.fma(pair1, high11);
            high21 = w.fma(pair2, high21);
            high31 = w.fma(pair3, high31);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 2]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 2]);
            pair2 = FloatVector.broadcast(Lanes.FLOATS, x[from2 + at + 2]);
            pair3 = FloatVector.broadcast(Lanes.FLOATS, x[from3 + at + 2]);
            w = (FloatVector) w0.and(COLUMN2).convert(VectorOperators.I2F, 0);
            low00 = w.fma(pair0, low00);
            low10 = w.fma(pair1, low10);
            low20 = w.fma(pair2, low20);
            low30 = w.fma(pair3, low30);
            w = (FloatVector) upper0.and(COLUMN2).convert(VectorOperators.I2F, 0);
            high00 = w.fma(pair0, high00);
            high10 = w.fma(pair1, high10);
            high20 = w.fma(pair2, high20);
            high30 = w.fma(pair3, high30);
            w = (FloatVector) w1.and(COLUMN2).convert(VectorOperators.I2F, 0);
            low01 = w.fma(pair0, low01);
            low11 = w.fma(pair1, low11);
            low21 = w.fma(pair2, low21);
            low31 = w.fma(pair3, low31);
            w = (FloatVector) upper1.and(COLUMN2).convert(VectorOperators.I2F, 0);
            high01 = w.fma(pair0, high01);
            high11 = w.fma(pair1, high11);
            high21 = w.fma(pair2, high21);
            high31 = w.fma(pair3, high31);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 3]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 3]);
            pair2 = FloatVector.broadcast(Lanes.FLOATS, x[from2 + at + 3]);
            pair3 = FloatVector.broadcast(Lanes.FLOATS, x[from3 + at + 3]);
            w = (FloatVector) w0.and(COLUMN3).convert(VectorOperators.I2F, 0);
            low00 = w.fma(pair0, low00);
            low10 = w.fma(pair1, low10);
            low20 = w.fma(pair2, low20);
            low30 = w.fma(pair3, low30);
            w = (FloatVector) upper0.and(COLUMN3).convert(VectorOperators.I2F, 0);
            high00 = w.fma(pair0, high00);
            high10 = w.fma(pair1, high10);
            high20 = w.fma(pair2, high20);
            high30 = w.fma(pair3, high30);
            w = (FloatVector) w1.and(COLUMN3).convert(VectorOperators.I2F, 0);
            low01 = w.fma(pair0, low01);
            low11 = w.fma(pair1, low11);
            low21 = w.fma(pair2, low21);
            low31 = w.fma(pair3, low31);
            w = (FloatVector) upper1.and(COLUMN3).convert(VectorOperators.I2F, 0);
            high01 = w.fma(pair0, high01);
            high11 = w.fma(pair1, high11);
            high21 = w.fma(pair2, high21);
            high31 = w.fma(pair3, high31);
            if ((run & VectorQ4Matrix.LAST_OF_GROUP) == VectorQ4Matrix.LAST_OF_GROUP) {
                low00.intoArray(a, between);
                high00.intoArray(a, between + Lanes.COUNT);
                low10.intoArray(a, between + 2 * Lanes.COUNT);
                high10.intoArray(a, between + 3 * Lanes.COUNT);
                low20.intoArray(a, between + 4 * Lanes.COUNT);
                high20.intoArray(a, between + 5 * Lanes.COUNT);
                low30.intoArray(a, between + 6 * Lanes.COUNT);
                high30.intoArray(a, between + 7 * Lanes.COUNT);
                low01.intoArray(a, between + 8 * Lanes.COUNT);
                high01.intoArray(a, between + 9 * Lanes.COUNT);
                low11.intoArray(a, between + 10 * Lanes.COUNT);
                high11.intoArray(a, between + 11 * Lanes.COUNT);
                low21.intoArray(a, between + 12 * Lanes.COUNT);
                high21.intoArray(a, between + 13 * Lanes.COUNT);
                low31.intoArray(a, between + 14 * Lanes.COUNT);
                high31.intoArray(a, between + 15 * Lanes.COUNT);
                int group = run / VectorQ4Matrix.RUNS;
                long scaleWord = (long) group * VectorQ4Matrix.SCALE_BYTES;
                int scale = (start0 + group) * TokenPairs.TOKENS;
                WordTile.addScaled(
                        a,
                        between,
                        PAIRS,
                        data,
                        scaleWords0 + scaleWord,
                        arranged.scales,
                        scale,
                        groups * TokenPairs.TOKENS,
                        to0);
                WordTile.addScaled(
                        a,
                        between + 2 * PAIRS * Lanes.COUNT,
                        PAIRS,
                        data,
                        scaleWords1 + scaleWord,
                        arranged.scales,
                        scale,
                        groups * TokenPairs.TOKENS,
                        to1);
                int next = group + 1;
                low00 = FloatVector.broadcast(Lanes.FLOATS, starts[start0 + next]);
                high00 = low00;
                low01 = low00;
                high01 = low00;
                low10 = FloatVector.broadcast(Lanes.FLOATS, starts[start1 + next]);
                high10 = low10;
                low11 = low10;
                high11 = low10;
                low20 = FloatVector.broadcast(Lanes.FLOATS, starts[start2 + next]);
                high20 = low20;
                low21 = low20;
                high21 = low20;
                low30 = FloatVector.broadcast(Lanes.FLOATS, starts[start3 + next]);
                high30 = low30;
                low31 = low30;
                high31 = low30;
            }
        }
    }
}

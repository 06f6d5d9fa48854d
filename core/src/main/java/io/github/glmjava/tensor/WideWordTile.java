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
 * The tile of {@link WordTile} for 32 registers and many tokens: one vector of words times 8 pairs, 16 sums. The more pairs, the more
 * multiply-adds for each column that is made floats.
 */
final class WideWordTile {
    static final int PAIRS = 8;

    static final ShortCalls SHORT_CALLS = new ShortCalls();

    private WideWordTile() {}

    /** One vector of words and 8 pairs; for the parameters see {@link WordTile#multiply}. */
    static void multiply(
            MemorySegment data,
            long offset,
            long scaleWords,
            int groups,
            int begin,
            int count,
            Activations arranged,
            int pair,
            float[] a,
            int to,
            int between) {
        MemorySegment weights = AllMemory.ENABLED ? AllMemory.SEGMENT : data;
        float[] x = arranged.floats;
        float[] starts = arranged.starts;
        int step = groups * BlockLayout.GROUP;
        int from0 = pair * step + begin * BlockLayout.GROUP;
        int from1 = from0 + step;
        int from2 = from1 + step;
        int from3 = from2 + step;
        int from4 = from3 + step;
        int from5 = from4 + step;
        int from6 = from5 + step;
        int from7 = from6 + step;
        int start0 = pair * groups + begin;
        int start1 = start0 + groups;
        int start2 = start1 + groups;
        int start3 = start2 + groups;
        int start4 = start3 + groups;
        int start5 = start4 + groups;
        int start6 = start5 + groups;
        int start7 = start6 + groups;
        FloatVector low0 = FloatVector.broadcast(Lanes.FLOATS, starts[start0]);
        FloatVector high0 = low0;
        FloatVector low1 = FloatVector.broadcast(Lanes.FLOATS, starts[start1]);
        FloatVector high1 = low1;
        FloatVector low2 = FloatVector.broadcast(Lanes.FLOATS, starts[start2]);
        FloatVector high2 = low2;
        FloatVector low3 = FloatVector.broadcast(Lanes.FLOATS, starts[start3]);
        FloatVector high3 = low3;
        FloatVector low4 = FloatVector.broadcast(Lanes.FLOATS, starts[start4]);
        FloatVector high4 = low4;
        FloatVector low5 = FloatVector.broadcast(Lanes.FLOATS, starts[start5]);
        FloatVector high5 = low5;
        FloatVector low6 = FloatVector.broadcast(Lanes.FLOATS, starts[start6]);
        FloatVector high6 = low6;
        FloatVector low7 = FloatVector.broadcast(Lanes.FLOATS, starts[start7]);
        FloatVector high7 = low7;
        for (int run = 0; run < count * VectorQ4Matrix.RUNS; run++) {
            long word = (long) run * VectorQ4Matrix.RUN;
            int at = run * BlockLayout.WORD_COLUMNS;
            IntVector words = IntVector.fromMemorySegment(Lanes.INTS, weights, offset + word, Lanes.LITTLE_ENDIAN);
            IntVector upper = words.lanewise(VectorOperators.LSHR, 16);
            FloatVector pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at]);
            FloatVector pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at]);
            FloatVector pair2 = FloatVector.broadcast(Lanes.FLOATS, x[from2 + at]);
            FloatVector pair3 = FloatVector.broadcast(Lanes.FLOATS, x[from3 + at]);
            FloatVector pair4 = FloatVector.broadcast(Lanes.FLOATS, x[from4 + at]);
            FloatVector pair5 = FloatVector.broadcast(Lanes.FLOATS, x[from5 + at]);
            FloatVector pair6 = FloatVector.broadcast(Lanes.FLOATS, x[from6 + at]);
            FloatVector pair7 = FloatVector.broadcast(Lanes.FLOATS, x[from7 + at]);
            FloatVector w = (FloatVector) words.and(COLUMN0).convert(VectorOperators.I2F, 0);
            low0 = w.fma(pair0, low0);
            low1 = w.fma(pair1, low1);
            low2 = w.fma(pair2, low2);
            low3 = w.fma(pair3, low3);
            low4 = w.fma(pair4, low4);
            low5 = w.fma(pair5, low5);
            low6 = w.fma(pair6, low6);
            low7 = w.fma(pair7, low7);
            w = (FloatVector) upper.and(COLUMN0).convert(VectorOperators.I2F, 0);
            high0 = w.fma(pair0, high0);
            high1 = w.fma(pair1, high1);
            high2 = w.fma(pair2, high2);
            high3 = w.fma(pair3, high3);
            high4 = w.fma(pair4, high4);
            high5 = w.fma(pair5, high5);
            high6 = w.fma(pair6, high6);
            high7 = w.fma(pair7, high7);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 1]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 1]);
            pair2 = FloatVector.broadcast(Lanes.FLOATS, x[from2 + at + 1]);
            pair3 = FloatVector.broadcast(Lanes.FLOATS, x[from3 + at + 1]);
            pair4 = FloatVector.broadcast(Lanes.FLOATS, x[from4 + at + 1]);
            pair5 = FloatVector.broadcast(Lanes.FLOATS, x[from5 + at + 1]);
            pair6 = FloatVector.broadcast(Lanes.FLOATS, x[from6 + at + 1]);
            pair7 = FloatVector.broadcast(Lanes.FLOATS, x[from7 + at + 1]);
            w = (FloatVector) words.and(COLUMN1).convert(VectorOperators.I2F, 0);
            low0 = w.fma(pair0, low0);
            low1 = w.fma(pair1, low1);
            low2 = w.fma(pair2, low2);
            low3 = w.fma(pair3, low3);
            low4 = w.fma(pair4, low4);
            low5 = w.fma(pair5, low5);
            low6 = w.fma(pair6, low6);
            low7 = w.fma(pair7, low7);
            w = (FloatVector) upper.and(COLUMN1).convert(VectorOperators.I2F, 0);
            high0 = w.fma(pair0, high0);
            high1 = w.fma(pair1, high1);
            high2 = w.fma(pair2, high2);
            high3 = w.fma(pair3, high3);
            high4 = w.fma(pair4, high4);
            high5 = w.fma(pair5, high5);
            high6 = w.fma(pair6, high6);
            high7 = w.fma(pair7, high7);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 2]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 2]);
            pair2 = FloatVector.broadcast(Lanes.FLOATS, x[from2 + at + 2]);
            pair3 = FloatVector.broadcast(Lanes.FLOATS, x[from3 + at + 2]);
            pair4 = FloatVector.broadcast(Lanes.FLOATS, x[from4 + at + 2]);
            pair5 = FloatVector.broadcast(Lanes.FLOATS, x[from5 + at + 2]);
            pair6 = FloatVector.broadcast(Lanes.FLOATS, x[from6 + at + 2]);
            pair7 = FloatVector.broadcast(Lanes.FLOATS, x[from7 + at + 2]);
            w = (FloatVector) words.and(COLUMN2).convert(VectorOperators.I2F, 0);
            low0 = w.fma(pair0, low0);
            low1 = w.fma(pair1, low1);
            low2 = w.fma(pair2, low2);
            low3 = w.fma(pair3, low3);
            low4 = w.fma(pair4, low4);
            low5 = w.fma(pair5, low5);
            low6 = w.fma(pair6, low6);
            low7 = w.fma(pair7, low7);
            w = (FloatVector) upper.and(COLUMN2).convert(VectorOperators.I2F, 0);
            high0 = w.fma(pair0, high0);
            high1 = w.fma(pair1, high1);
            high2 = w.fma(pair2, high2);
            high3 = w.fma(pair3, high3);
            high4 = w.fma(pair4, high4);
            high5 = w.fma(pair5, high5);
            high6 = w.fma(pair6, high6);
            high7 = w.fma(pair7, high7);
            pair0 = FloatVector.broadcast(Lanes.FLOATS, x[from0 + at + 3]);
            pair1 = FloatVector.broadcast(Lanes.FLOATS, x[from1 + at + 3]);
            pair2 = FloatVector.broadcast(Lanes.FLOATS, x[from2 + at + 3]);
            pair3 = FloatVector.broadcast(Lanes.FLOATS, x[from3 + at + 3]);
            pair4 = FloatVector.broadcast(Lanes.FLOATS, x[from4 + at + 3]);
            pair5 = FloatVector.broadcast(Lanes.FLOATS, x[from5 + at + 3]);
            pair6 = FloatVector.broadcast(Lanes.FLOATS, x[from6 + at + 3]);
            pair7 = FloatVector.broadcast(Lanes.FLOATS, x[from7 + at + 3]);
            w = (FloatVector) words.and(COLUMN3).convert(VectorOperators.I2F, 0);
            low0 = w.fma(pair0, low0);
            low1 = w.fma(pair1, low1);
            low2 = w.fma(pair2, low2);
            low3 = w.fma(pair3, low3);
            low4 = w.fma(pair4, low4);
            low5 = w.fma(pair5, low5);
            low6 = w.fma(pair6, low6);
            low7 = w.fma(pair7, low7);
            w = (FloatVector) upper.and(COLUMN3).convert(VectorOperators.I2F, 0);
            high0 = w.fma(pair0, high0);
            high1 = w.fma(pair1, high1);
            high2 = w.fma(pair2, high2);
            high3 = w.fma(pair3, high3);
            high4 = w.fma(pair4, high4);
            high5 = w.fma(pair5, high5);
            high6 = w.fma(pair6, high6);
            high7 = w.fma(pair7, high7);
            if ((run & VectorQ4Matrix.LAST_OF_GROUP) == VectorQ4Matrix.LAST_OF_GROUP) {
                low0.intoArray(a, between);
                high0.intoArray(a, between + Lanes.COUNT);
                low1.intoArray(a, between + 2 * Lanes.COUNT);
                high1.intoArray(a, between + 3 * Lanes.COUNT);
                low2.intoArray(a, between + 4 * Lanes.COUNT);
                high2.intoArray(a, between + 5 * Lanes.COUNT);
                low3.intoArray(a, between + 6 * Lanes.COUNT);
                high3.intoArray(a, between + 7 * Lanes.COUNT);
                low4.intoArray(a, between + 8 * Lanes.COUNT);
                high4.intoArray(a, between + 9 * Lanes.COUNT);
                low5.intoArray(a, between + 10 * Lanes.COUNT);
                high5.intoArray(a, between + 11 * Lanes.COUNT);
                low6.intoArray(a, between + 12 * Lanes.COUNT);
                high6.intoArray(a, between + 13 * Lanes.COUNT);
                low7.intoArray(a, between + 14 * Lanes.COUNT);
                high7.intoArray(a, between + 15 * Lanes.COUNT);
                int group = run / VectorQ4Matrix.RUNS;
                long scaleWord = (long) group * VectorQ4Matrix.SCALE_BYTES;
                int scale = (start0 + group) * TokenPairs.TOKENS;
                WordTile.addScaled(
                        a,
                        between,
                        PAIRS,
                        data,
                        scaleWords + scaleWord,
                        arranged.scales,
                        scale,
                        groups * TokenPairs.TOKENS,
                        to);
                int next = group + 1;
                low0 = FloatVector.broadcast(Lanes.FLOATS, starts[start0 + next]);
                high0 = low0;
                low1 = FloatVector.broadcast(Lanes.FLOATS, starts[start1 + next]);
                high1 = low1;
                low2 = FloatVector.broadcast(Lanes.FLOATS, starts[start2 + next]);
                high2 = low2;
                low3 = FloatVector.broadcast(Lanes.FLOATS, starts[start3 + next]);
                high3 = low3;
                low4 = FloatVector.broadcast(Lanes.FLOATS, starts[start4 + next]);
                high4 = low4;
                low5 = FloatVector.broadcast(Lanes.FLOATS, starts[start5 + next]);
                high5 = low5;
                low6 = FloatVector.broadcast(Lanes.FLOATS, starts[start6 + next]);
                high6 = low6;
                low7 = FloatVector.broadcast(Lanes.FLOATS, starts[start7 + next]);
                high7 = low7;
            }
        }
    }
}

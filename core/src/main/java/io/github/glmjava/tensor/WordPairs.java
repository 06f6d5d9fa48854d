package io.github.glmjava.tensor;

import jdk.incubator.vector.FloatVector;

/**
 * Pairs of tokens as {@link WordTile} multiplies them: those of a column divided by what its weights count in their word, so that
 * they need not be shifted, and with a sum to start a group with, as weights are stored with 8 added.
 */
final class WordPairs {
    /** What the columns of a word count, inverted: powers of two, by which a float is divided exactly. */
    private static final FloatVector INVERSE = inverse();

    private WordPairs() {}

    private static FloatVector inverse() {
        float[] inverse = new float[Lanes.COUNT];
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            inverse[lane] = 1f / (1 << (4 * (lane % BlockLayout.WORD_COLUMNS)));
        }
        return FloatVector.fromArray(Lanes.FLOATS, inverse, 0);
    }

    /** Makes them of the group at {@code position} that {@link TokenPairs#make} has made. */
    static void make(Activations arranged, int position) {
        float[] pairs = arranged.floats;
        int from = position * BlockLayout.GROUP;
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = from; i < from + BlockLayout.GROUP; i += Lanes.COUNT) {
            FloatVector some = FloatVector.fromArray(Lanes.FLOATS, pairs, i);
            sum = sum.add(some);
            some.mul(INVERSE).intoArray(pairs, i);
        }
        arranged.starts[position] = -8 * Lanes.sum(sum);
    }
}

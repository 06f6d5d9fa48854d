package io.github.glmjava.reference;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Where each token stands, and what it sees.
 *
 * @param positions each token's position in the text
 * @param blankPositions each token's position in the blank that it fills, where a model has that
 * @param mask which tokens see which
 */
@SuppressWarnings("ArrayRecordComponent") // no one compares these
record Placement(int[] positions, int[] blankPositions, Attention.Mask mask) {
    /** One token after the other, seen by itself and what comes later. */
    static Placement causal(int tokens) {
        return new Placement(IntStream.range(0, tokens).toArray(), new int[tokens], Attention.Mask.CAUSAL);
    }

    /**
     * A text in front of the start token, whose tokens all see each other; then what fills its blank, at the position of the
     * first global mask or else of the first mask.
     *
     * <p>Source: {@code get_masks} and {@code get_position_ids} of ChatGLM-6B's {@code modeling_chatglm.py}.
     */
    static Placement aroundABlank(int[] ids, int start, int globalMask, int mask) {
        int text = indexOf(ids, start);
        int global = indexOf(ids, globalMask);
        int blank = global >= 0 ? global : indexOf(ids, mask);
        int[] positions = IntStream.range(0, ids.length)
                .map(index -> index < text ? index : blank)
                .toArray();
        int[] blankPositions = IntStream.range(0, ids.length)
                .map(index -> Math.max(0, index - text + 1))
                .toArray();
        return new Placement(positions, blankPositions, (query, key) -> key <= query || key < text);
    }

    /**
     * A text in front of the first start token, whose tokens all see each other; then fillings, each from a start token on, of
     * one mask after the other (the last one where there are too few).
     *
     * <p>Source: {@code generate_samples} and {@code sample_sequence} of THUDM/GLM's generate_samples.py, where fillings see
     * all that was computed before.
     */
    static Placement aroundBlanks(int[] ids, int start, Set<Integer> masks) {
        int firstStart = indexOf(ids, start);
        int text = firstStart < 0 ? ids.length : firstStart;
        int[] maskIndices =
                IntStream.range(0, text).filter(i -> masks.contains(ids[i])).toArray();
        int[] positions = IntStream.range(0, ids.length).toArray();
        int[] blankPositions = new int[ids.length];
        int blank = -1;
        for (int i = text; i < ids.length; i++) {
            boolean begins = ids[i] == start;
            blank += begins ? 1 : 0;
            positions[i] = maskIndices[Math.min(blank, maskIndices.length - 1)];
            blankPositions[i] = begins ? 1 : blankPositions[i - 1] + 1;
        }
        return new Placement(positions, blankPositions, (query, key) -> key <= query || key < text);
    }

    private static int indexOf(int[] ids, int id) {
        return Arrays.stream(ids).boxed().toList().indexOf(id);
    }
}

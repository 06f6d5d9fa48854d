package io.github.glmjava.layer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one sequence, where each stands and what it sees. It depends on nothing but the tokens, so that a
 * sequence may be fed and cut in any way.
 */
final class TokenPositions {
    private final @Nullable BlankConfig blank;
    private int[] ids = new int[128];

    /** Positions in the text and in the blank; unused where every token simply follows the one before it. */
    private int[] positions = new int[0];

    private int[] blankPositions = positions;

    private int length;

    /** The index of the first start token, or -1. */
    private int start = -1;

    /** Start tokens so far. */
    private int blanks;

    TokenPositions(@Nullable BlankConfig blank) {
        this.blank = blank;
    }

    int length() {
        return length;
    }

    int id(int index) {
        return ids[index];
    }

    /**
     * Adds tokens.
     *
     * @throws IllegalArgumentException if a blank begins but there is no mask that it could fill; no token is added then
     */
    void append(int[] source, int from, int to) {
        int before = length;
        ids = grown(ids, length + to - from);
        if (blank != null) {
            positions = grown(positions, ids.length);
            blankPositions = grown(blankPositions, ids.length);
        }
        try {
            for (int i = from; i < to; i++) {
                ids[length] = source[i];
                place(length);
                length++;
            }
        } catch (IllegalArgumentException e) {
            truncate(before);
            throw e;
        }
    }

    private static int[] grown(int[] array, int length) {
        return length <= array.length ? array : Arrays.copyOf(array, Math.max(length, 2 * array.length));
    }

    private void place(int index) {
        if (blank == null) {
            return;
        }
        boolean begins = ids[index] == blank.startToken() && (start < 0 || blank.severalBlanks());
        if (begins) {
            int mask = mask(index, blanks, blank.masks());
            if (start < 0) {
                start = index;
            }
            blanks++;
            positions[index] = mask;
            blankPositions[index] = 1;
        } else if (start >= 0) {
            positions[index] = positions[index - 1];
            blankPositions[index] = blankPositions[index - 1] + 1;
        } else {
            positions[index] = index;
            blankPositions[index] = 0;
        }
    }

    /** The position of the mask that is filled after so many others; the last one again if there is no further. */
    private int mask(int index, int filled, List<List<Integer>> kinds) {
        int textLength = start < 0 ? index : start;
        for (List<Integer> kind : kinds) {
            int found = -1;
            int count = 0;
            for (int i = 0; i < textLength && count <= filled; i++) {
                if (kind.contains(ids[i])) {
                    found = i;
                    count++;
                }
            }
            if (found >= 0) {
                return found;
            }
        }
        throw new IllegalArgumentException(
                "the start token " + ids[index] + " at index " + index + " needs a mask before it, one of " + kinds);
    }

    /** Forgets every token from index {@code newLength} on. */
    void truncate(int newLength) {
        length = newLength;
        if (blank != null) {
            start = start < newLength ? start : -1;
            blanks = 0;
            for (int i = 0; i < newLength && start >= 0; i++) {
                blanks += ids[i] == blank.startToken() ? 1 : 0;
            }
        }
    }

    /** A token's position: on axis 0 in the text, on axis 1 in the blank. */
    int position(int axis, int index) {
        if (blank == null) {
            return index;
        }
        return axis == 0 ? positions[index] : blankPositions[index];
    }

    /**
     * The leading tokens that all see each other: the text around the blanks, everything as long as no blank has begun;
     * none where a token only sees what came before it.
     */
    int mutuallyVisible() {
        if (blank == null) {
            return 0;
        }
        return start < 0 ? length : start;
    }

    /** Whether what the present tokens see may still grow. */
    boolean isOpen() {
        return blank != null && start < 0;
    }
}

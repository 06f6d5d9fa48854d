package io.github.glmjava.evaluation;

import io.github.glmjava.layer.BlankConfig;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Random tokens to feed. In families that fill blanks every context ends with a mask and the start of its blank, for before
 * that no token is final.
 */
final class BenchmarkTokens {
    private final @Nullable BlankConfig blank;
    private final int[] random;

    /** @param most how many tokens will be asked for at a time */
    BenchmarkTokens(int vocabularySize, @Nullable BlankConfig blank, int most) {
        this.blank = blank;
        int plainIds = vocabularySize;
        if (blank != null) {
            plainIds = Math.min(plainIds, blank.startToken());
            for (List<Integer> masks : blank.masks()) {
                plainIds = Math.min(
                        plainIds,
                        masks.stream().mapToInt(Integer::intValue).min().orElse(plainIds));
            }
        }
        random = new SplittableRandom(1).ints(most, 0, plainIds).toArray();
    }

    /** The fewest tokens of a context that can be continued. */
    int least() {
        return blank == null ? 0 : 2;
    }

    /** Tokens that make up a context. */
    int[] context(int length) {
        int[] ids = Arrays.copyOf(random, length);
        if (blank != null && length >= 2) {
            ids[length - 2] = blank.masks().getFirst().getFirst();
            ids[length - 1] = blank.startToken();
        }
        return ids;
    }

    /** The token that one of several sequences begins with, so that they differ. */
    int first(int sequence) {
        return random[sequence % random.length];
    }
}

package io.github.glmjava.generation;

import io.github.glmjava.Cancellation;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a {@link TokenSequence}: those that it holds and after them those that are still to be fed. This way the
 * last token of an answer, which is known but was never fed, is not lost for the next turn, and a new prompt that
 * begins like the old one needs only its end computed. Closing it closes the sequence. Not safe for use by several
 * threads.
 */
public final class TokenHistory implements AutoCloseable {
    /** So many tokens are fed at once, then cancellation is looked at. */
    private static final int SLICE = 512;

    private final TokenSequence sequence;
    private int[] ids = new int[256];
    private int length;

    /**
     * The history of a sequence.
     *
     * @param sequence holds no tokens yet
     */
    public TokenHistory(TokenSequence sequence) {
        if (sequence.length() != 0) {
            throw new IllegalArgumentException("the sequence already holds " + sequence.length() + " tokens");
        }
        this.sequence = sequence;
    }

    /** The number of tokens, fed or not. */
    public int length() {
        return length;
    }

    TokenSequence sequence() {
        return sequence;
    }

    /** The array that holds the ids; valid until the next change. */
    int[] ids() {
        return ids;
    }

    int[] copyFrom(int start) {
        return Arrays.copyOfRange(ids, start, length);
    }

    void add(int id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, 2 * length);
        }
        ids[length++] = id;
    }

    /**
     * Adds tokens to be fed.
     *
     * @param more token ids
     */
    public void append(int... more) {
        int newLength = Math.addExact(length, more.length);
        if (newLength > ids.length) {
            ids = Arrays.copyOf(ids, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(newLength, 2L * ids.length)));
        }
        System.arraycopy(more, 0, ids, length, more.length);
        length = newLength;
    }

    /**
     * Makes these the tokens; the sequence keeps what it holds of them from the beginning on.
     *
     * @param prompt token ids
     */
    public void replace(int... prompt) {
        int common = Arrays.mismatch(ids, 0, length, prompt, 0, prompt.length);
        truncate(common < 0 ? length : common);
        append(Arrays.copyOfRange(prompt, length, prompt.length));
    }

    /**
     * Forgets everything from a position on.
     *
     * @param newLength the number of tokens to keep, at most {@link #length}
     */
    public void truncate(int newLength) {
        length = newLength;
        if (sequence.length() > newLength) {
            sequence.truncate(newLength);
        }
    }

    /** How many tokens need no computing; at least one always does, for the logits that follow it. */
    int cached() {
        return Math.min(sequence.length(), length - 1);
    }

    /**
     * Feeds all that is not fed yet.
     *
     * @return false if it was cancelled; the sequence then holds a part of it
     */
    boolean feed(@Nullable Cancellation cancellation) {
        if (sequence.length() == length) {
            sequence.truncate(length - 1);
        }
        for (int fed = sequence.length(); fed < length; fed = sequence.length()) {
            if (cancellation != null && cancellation.isCancelled()) {
                return false;
            }
            sequence.append(ids, fed, Math.min(length, fed + SLICE));
        }
        return true;
    }

    @Override
    public void close() {
        sequence.close();
    }
}

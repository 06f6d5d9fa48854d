package io.github.glmjava.tokenizer;

import java.util.List;

/**
 * A text with blanks that a model is to fill. Immutable.
 *
 * @param ids the whole text, each blank as the id of its mask
 * @param parts what stands before, between and behind the blanks, one more than there are blanks; may be empty
 */
public record BlankText(List<Integer> ids, List<String> parts) {
    /** Copies the lists. */
    public BlankText {
        ids = List.copyOf(ids);
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a text has one part more than blanks, found no part");
        }
    }

    /** The number of blanks. */
    public int blanks() {
        return parts.size() - 1;
    }
}

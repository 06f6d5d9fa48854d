package io.github.glmjava;

import java.util.List;

/**
 * A text whose blanks were filled. Immutable.
 *
 * @param text the whole text, each mask replaced by what fills it
 * @param spans what fills each mask, in their order in the text
 */
public record FillResult(String text, List<FilledSpan> spans) {
    /** Copies the list. */
    public FillResult {
        spans = List.copyOf(spans);
    }
}

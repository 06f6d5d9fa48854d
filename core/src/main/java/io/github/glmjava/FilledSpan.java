package io.github.glmjava;

import java.util.List;

/**
 * What a model put into one blank. Immutable.
 *
 * @param text the decoded text, empty where the model has no tokenizer
 * @param ids its tokens, without the one that ended it
 * @param finishReason why it ended: {@link FinishReason#STOP} where the model ended it
 */
public record FilledSpan(String text, List<Integer> ids, FinishReason finishReason) {
    /** Copies the list. */
    public FilledSpan {
        ids = List.copyOf(ids);
    }
}

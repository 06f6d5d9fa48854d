package io.github.glmjava.layer;

import java.util.List;

/**
 * How a model that fills blanks (Du et al. 2022, GLM) reads its prompt: the text up to the first start token is seen by
 * all its tokens in both directions, and what follows fills the blanks that masks in the text stand for. Every token has
 * two positions: in the text (for a filling token that of its mask), and in the blank (0 for the text, then 1, 2, ...).
 *
 * @param startToken begins the filling of a blank, {@code <sop>}
 * @param endTokens each ends it
 * @param masks kinds of masks, the more important ones first: only the first kind that occurs in the text counts. A kind
 *     is a list of token ids
 * @param severalBlanks whether every start token begins the next blank; if not, only the first start token is one, and
 *     the first mask is its blank
 */
public record BlankConfig(int startToken, List<Integer> endTokens, List<List<Integer>> masks, boolean severalBlanks) {
    /** Copies the lists. */
    public BlankConfig {
        endTokens = List.copyOf(endTokens);
        masks = masks.stream().map(List::copyOf).toList();
    }
}

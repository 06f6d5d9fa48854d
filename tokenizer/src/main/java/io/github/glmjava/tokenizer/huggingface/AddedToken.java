package io.github.glmjava.tokenizer.huggingface;

/**
 * A token that is found in the text before anything is split or merged.
 *
 * @param id its id
 * @param content its text
 * @param singleWord only where no word character is beside it
 * @param takesSpaceBefore with all white space before it ({@code lstrip})
 * @param takesSpaceAfter with all white space behind it ({@code rstrip})
 * @param normalized looked for in the normalized text, not in the original one
 * @param special a control token, which decoding can leave out
 */
public record AddedToken(
        int id,
        String content,
        boolean singleWord,
        boolean takesSpaceBefore,
        boolean takesSpaceAfter,
        boolean normalized,
        boolean special) {
    /**
     * Whether the token is like a word that the vocabulary lacked, as a run of spaces is. All others steer the model: those called
     * special, but also {@code <think>} and {@code <tool_call>}, which are not, so that decoding shows them.
     */
    boolean isOrdinary() {
        return normalized && !special;
    }
}

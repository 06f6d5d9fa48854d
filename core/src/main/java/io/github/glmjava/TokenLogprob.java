package io.github.glmjava;

import java.util.List;

/**
 * How likely the model held a token to be. The distribution is the model's own: the log-softmax of its raw logits,
 * before penalties, bias, temperature and filters, as OpenAI-compatible servers report it.
 *
 * @param id the token
 * @param text the token decoded alone; bytes that are only a part of a character show as U+FFFD
 * @param logprob natural logarithm of the probability, at most 0
 * @param top the most likely tokens at this place, best first (the lower id first if equal), as many as were asked for;
 *     the entries' own lists are empty
 */
public record TokenLogprob(int id, String text, double logprob, List<TokenLogprob> top) {
    /** Copies the list. */
    public TokenLogprob {
        top = List.copyOf(top);
    }
}

package io.github.glmjava.generation;

import io.github.glmjava.TokenLogprob;
import io.github.glmjava.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reports how likely tokens are under the model's own distribution: logit - log(sum of exp(logits)). It keeps a copy of
 * the logits because penalties overwrite them before the token is chosen.
 */
final class LogprobReporter {
    private final int alternatives;
    private final Tokenizer tokenizer;
    private final float[] raw;
    private final RankedTokens best = new RankedTokens();

    LogprobReporter(int alternatives, Tokenizer tokenizer, int vocabularySize) {
        this.alternatives = alternatives;
        this.tokenizer = tokenizer;
        this.raw = new float[vocabularySize];
    }

    /** Takes the logits as the model gave them. */
    void remember(float[] logits) {
        System.arraycopy(logits, 0, raw, 0, raw.length);
    }

    /** Describes the token that was chosen from the remembered logits. */
    TokenLogprob report(int chosen) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : raw) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : raw) {
            sum += StrictMath.exp((double) logit - largest);
        }
        double normalizer = largest + StrictMath.log(sum);
        List<TokenLogprob> top = new ArrayList<>();
        best.holdBest(raw, raw.length, alternatives);
        while (best.size() > 0) {
            top.add(entry(RankedTokens.id(best.removeLeast()), normalizer, List.of()));
        }
        Collections.reverse(top);
        return entry(chosen, normalizer, top);
    }

    private TokenLogprob entry(int id, double normalizer, List<TokenLogprob> top) {
        return new TokenLogprob(id, tokenizer.decode(id), Math.min(0, raw[id] - normalizer), top);
    }
}

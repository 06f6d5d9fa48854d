package io.github.glmjava.generation;

import java.util.Arrays;
import java.util.SortedMap;

/**
 * Changes single logits before a token is chosen. In this order:
 *
 * <ul>
 *   <li>repetition penalty r for every token of prompt and answer: logit / r if positive, logit * r if not
 *       (transformers, {@code RepetitionPenaltyLogitsProcessor}; Keskar et al., CTRL, 2019);
 *   <li>presence and frequency penalty for every token that was generated c &gt; 0 times: logit - presence - c *
 *       frequency (OpenAI's API reference);
 *   <li>bias: logit + bias. It comes last, so it is added in full and what it forbids stays forbidden.
 * </ul>
 */
final class LogitPenalties {
    private final double repetition;
    private final double presence;
    private final double frequency;
    private final boolean counting;
    private final int[] biasIds;
    private final double[] biases;

    /** How often each token was generated, and -1 for those that are neither in the prompt nor generated. */
    private final int[] timesGenerated;

    private int[] known = new int[64];
    private int knownCount;

    LogitPenalties(GenerationSettings settings, int vocabularySize) {
        repetition = settings.repetitionPenalty();
        presence = settings.presencePenalty();
        frequency = settings.frequencyPenalty();
        counting = repetition != 1 || presence != 0 || frequency != 0;
        timesGenerated = new int[counting ? vocabularySize : 0];
        Arrays.fill(timesGenerated, -1);
        SortedMap<Integer, Double> bias = settings.logitBias();
        if (!bias.isEmpty() && bias.lastKey() >= vocabularySize) {
            throw new IllegalArgumentException("logitBias names token " + bias.lastKey() + ", but the model has only "
                    + vocabularySize + " tokens");
        }
        biasIds = bias.keySet().stream().mapToInt(Integer::intValue).toArray();
        biases = bias.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    void addPrompt(int[] ids, int length) {
        if (repetition != 1) {
            for (int i = 0; i < length; i++) {
                know(ids[i]);
            }
        }
    }

    void addGenerated(int id) {
        if (counting) {
            know(id);
            timesGenerated[id]++;
        }
    }

    private void know(int id) {
        if (timesGenerated[id] < 0) {
            timesGenerated[id] = 0;
            if (knownCount == known.length) {
                known = Arrays.copyOf(known, 2 * knownCount);
            }
            known[knownCount++] = id;
        }
    }

    void apply(float[] logits) {
        for (int i = 0; i < knownCount; i++) {
            int id = known[i];
            double logit = logits[id];
            logit = logit < 0 ? logit * repetition : logit / repetition;
            int times = timesGenerated[id];
            if (times > 0) {
                logit = logit - presence - times * frequency;
            }
            logits[id] = (float) logit;
        }
        for (int i = 0; i < biasIds.length; i++) {
            logits[biasIds[i]] = (float) (logits[biasIds[i]] + biases[i]);
        }
    }
}

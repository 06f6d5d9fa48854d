package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.glmjava.GenerationOptions;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogitPenaltiesTest {
    private static LogitPenalties penalties(GenerationOptions.Builder options, int vocabularySize) {
        return new LogitPenalties(GenerationSettings.of(options.build()), vocabularySize);
    }

    @Test
    void repetitionDividesPositiveAndMultipliesNegativeOnce() {
        LogitPenalties penalties = penalties(GenerationOptions.builder().repetitionPenalty(2), 5);
        penalties.addPrompt(new int[] {0, 1, 1, 4}, 3);
        penalties.addGenerated(2);
        penalties.addGenerated(2);
        float[] logits = {4, -4, 3, 4, 4};
        penalties.apply(logits);
        assertArrayEquals(new float[] {2, -8, 1.5f, 4, 4}, logits);
    }

    @Test
    void presenceAndFrequencyCountGeneratedTokensOnly() {
        LogitPenalties penalties =
                penalties(GenerationOptions.builder().presencePenalty(1).frequencyPenalty(0.25), 4);
        penalties.addPrompt(new int[] {0, 1}, 2);
        penalties.addGenerated(1);
        penalties.addGenerated(2);
        penalties.addGenerated(2);
        float[] logits = {1, 1, 1, 1};
        penalties.apply(logits);
        assertArrayEquals(new float[] {1, -0.25f, -0.5f, 1}, logits);
    }

    @Test
    void biasComesLast() {
        LogitPenalties penalties = penalties(
                GenerationOptions.builder().repetitionPenalty(2).logitBias(0, 3).logitBias(2, Double.NEGATIVE_INFINITY),
                3);
        penalties.addPrompt(new int[] {0}, 1);
        float[] logits = {4, 4, 4};
        penalties.apply(logits);
        assertArrayEquals(new float[] {5, 4, Float.NEGATIVE_INFINITY}, logits);
    }

    @Test
    void changesNothingByDefault() {
        LogitPenalties penalties = penalties(GenerationOptions.builder(), 3);
        penalties.addPrompt(new int[] {0, 1}, 2);
        penalties.addGenerated(1);
        float[] logits = {1, -2, 3};
        penalties.apply(logits);
        assertArrayEquals(new float[] {1, -2, 3}, logits);
    }

    @Test
    void equalsTheFormulasOnRandomInput() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            int size = 300;
            double repetition = 0.5 + random.nextDouble();
            double presence = random.nextDouble();
            double frequency = random.nextDouble() - 0.5;
            LogitPenalties penalties = penalties(
                    GenerationOptions.builder()
                            .repetitionPenalty(repetition)
                            .presencePenalty(presence)
                            .frequencyPenalty(frequency),
                    size);
            int[] prompt = random.ints(150, 0, size).toArray();
            int[] generated = random.ints(150, 0, size).toArray();
            penalties.addPrompt(prompt, prompt.length);
            boolean[] known = new boolean[size];
            int[] times = new int[size];
            for (int id : prompt) {
                known[id] = true;
            }
            for (int id : generated) {
                penalties.addGenerated(id);
                known[id] = true;
                times[id]++;
            }
            float[] logits = new float[size];
            float[] expected = new float[size];
            for (int id = 0; id < size; id++) {
                logits[id] = (float) random.nextGaussian();
                double logit = logits[id];
                if (known[id]) {
                    logit = logit > 0 ? logit / repetition : logit * repetition;
                }
                if (times[id] > 0) {
                    logit -= presence + times[id] * frequency;
                }
                expected[id] = (float) logit;
            }
            penalties.apply(logits);
            assertArrayEquals(expected, logits, 1e-6f);
        }
    }

    @Test
    void rejectsABiasForATokenThatTheModelLacks() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> penalties(GenerationOptions.builder().logitBias(7, 1), 7));
        assertEquals("logitBias names token 7, but the model has only 7 tokens", e.getMessage());
    }
}

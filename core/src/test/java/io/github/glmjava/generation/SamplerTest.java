package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GenerationOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static GenerationOptions.Builder sampling() {
        return GenerationOptions.builder().doSample(true).topK(0).seed(1);
    }

    private static Sampler sampler(GenerationOptions.Builder options, int vocabularySize) {
        return new Sampler(GenerationSettings.of(options.build()), vocabularySize);
    }

    private static List<Integer> candidates(GenerationOptions.Builder options, float... logits) {
        Sampler sampler = sampler(options, logits.length);
        sampler.choose(logits);
        return IntStream.range(0, sampler.candidateCount())
                .map(sampler::candidate)
                .sorted()
                .boxed()
                .toList();
    }

    /** The warpers one after the other, each by sorting everything, as their definitions read. */
    private static List<Integer> naive(float[] logits, double temperature, int topK, double topP, double minP) {
        List<Integer> ids =
                new ArrayList<>(IntStream.range(0, logits.length).boxed().toList());
        ids.sort(Comparator.comparingDouble((Integer id) -> -logits[id]).thenComparing(id -> id));
        if (topK > 0) {
            float threshold = logits[ids.get(Math.min(topK, ids.size()) - 1)];
            ids.removeIf(id -> logits[id] < threshold);
        }
        double largest = logits[ids.getFirst()];
        double total = ids.stream()
                .mapToDouble(id -> Math.exp((logits[id] - largest) / temperature))
                .sum();
        if (topP < 1) {
            List<Integer> kept = new ArrayList<>();
            double before = 0;
            for (int id : ids) {
                if (kept.isEmpty() || before < topP) {
                    kept.add(id);
                }
                before += Math.exp((logits[id] - largest) / temperature) / total;
            }
            ids = kept;
        }
        ids.removeIf(id -> Math.exp((logits[id] - largest) / temperature) < minP);
        return ids.stream().sorted().toList();
    }

    @Test
    void filtersLikeTheNaiveDefinitions() {
        Random random = new Random(7);
        for (int round = 0; round < 3000; round++) {
            int size = 1 + random.nextInt(200);
            float spread = random.nextInt(3) == 0 ? 0.1f : 4;
            float[] logits = new float[size];
            for (int i = 0; i < size; i++) {
                // quantised, so that there are ties
                logits[i] = Math.round(random.nextGaussian() * spread * 8) / 8f;
            }
            double temperature = 0.1 + 2 * random.nextDouble();
            int topK = random.nextBoolean() ? 0 : 1 + random.nextInt(size + 3);
            double topP = random.nextBoolean() ? 1 : 0.999 * random.nextDouble() + 1e-4 * random.nextDouble();
            double minP = random.nextBoolean() ? 0 : random.nextDouble() * random.nextDouble();
            List<Integer> expected = naive(logits, temperature, topK, topP, minP);
            List<Integer> kept = candidates(
                    sampling().temperature(temperature).topK(topK).topP(topP).minP(minP), logits);
            assertEquals(
                    expected,
                    kept,
                    () -> "temperature " + temperature + " topK " + topK + " topP " + topP + " minP " + minP);
        }
    }

    @Test
    void topKKeepsTiesOfTheLastOne() {
        assertEquals(List.of(1, 2, 4), candidates(sampling().topK(2), 0, 3, 2, 1, 2));
    }

    @Test
    void topPKeepsTheLowerIdOfEqualTokens() {
        assertEquals(List.of(0, 1), candidates(sampling().topP(0.5), 1, 1, 1, 1));
        assertEquals(List.of(0), candidates(sampling().topP(0.25), 1, 1, 1, 1));
        assertEquals(List.of(0), candidates(sampling().topP(0), 1, 1, 1, 1));
        assertEquals(List.of(0, 1), candidates(sampling().topP(0.5).topK(4), 1, 1, 1, 1, 0));
    }

    @Test
    void greedyTakesTheLowestIdOfTheLargest() {
        Sampler sampler = sampler(GenerationOptions.builder().doSample(false), 4);
        assertEquals(1, sampler.choose(new float[] {0, 5, 5, 1}));
        assertEquals(0, sampler.choose(new float[] {-0f, 0f, -1, Float.NEGATIVE_INFINITY}));
        assertEquals(1, sampler(sampling().temperature(0), 4).choose(new float[] {0, 5, 5, 1}));
    }

    @Test
    void extremeTemperaturesAndLogitsStayDefined() {
        float[] logits = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 1};
        for (double temperature : new double[] {Double.MIN_VALUE, 1e-30, 1, 1e300}) {
            for (double topP : new double[] {0, 0.5, 1}) {
                int id = sampler(sampling().temperature(temperature).topP(topP), 4)
                        .choose(logits.clone());
                assertTrue(id != 2, "a token of probability zero");
            }
        }
        assertEquals(0, sampler(sampling().topK(3), 4).choose(logits));
    }

    @Test
    void rejectsLogitsThatAreNoDistribution() {
        for (GenerationOptions.Builder options : List.of(sampling(), sampling().topK(2), GenerationOptions.builder())) {
            Sampler sampler = sampler(options, 3);
            String message = assertThrows(
                            IllegalStateException.class, () -> sampler.choose(new float[] {9, 1, Float.NaN}))
                    .toString();
            assertTrue(message.contains("token 2"), message);
            assertThrows(
                    IllegalStateException.class, () -> sampler.choose(new float[] {1, Float.POSITIVE_INFINITY, 2}));
            float none = Float.NEGATIVE_INFINITY;
            assertThrows(IllegalStateException.class, () -> sampler.choose(new float[] {none, none, none}));
        }
    }

    @Test
    void drawsInProportionToTheProbabilities() {
        double[] probabilities = {0.5, 0.2, 0.05, 0.25};
        float[] logits = new float[4];
        for (int i = 0; i < 4; i++) {
            logits[i] = (float) Math.log(probabilities[i]);
        }
        for (GenerationOptions.Builder options :
                List.of(sampling(), sampling().topK(3), sampling().topP(0.9))) {
            Sampler sampler = sampler(options.seed(99), 4);
            int[] counts = new int[4];
            int draws = 100_000;
            for (int i = 0; i < draws; i++) {
                counts[sampler.choose(logits)]++;
            }
            boolean all = sampler.candidateCount() == 4;
            for (int i = 0; i < 4; i++) {
                double expected = all ? probabilities[i] : i == 2 ? 0 : probabilities[i] / 0.95;
                // four standard deviations of a binomial share are at most 0.0064
                assertEquals(expected, counts[i] / (double) draws, 0.0064);
            }
        }
    }

    @Test
    void aSeedGivesTheSameTokensForEver() {
        float[] logits = new float[1000];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = i * 7919 % 1000 / 100f;
        }
        int[] first = draw(logits, 42);
        assertArrayEquals(first, draw(logits, 42));
        assertFalse(Arrays.equals(first, draw(logits, 43)));
        // Computed outside Java from the definitions; a change of these changes what a seed means to users.
        assertArrayEquals(new int[] {741, 173, 284, 338, 39, 877, 224, 804}, draw(logits, 42));
    }

    private static int[] draw(float[] logits, long seed) {
        Sampler sampler = sampler(sampling().seed(seed), logits.length);
        return IntStream.range(0, 8).map(i -> sampler.choose(logits)).toArray();
    }

    @Test
    void theGeneratorIsSplitMix64() {
        // The reference implementation's first numbers for seed 1234567 (S. Vigna, splitmix64.c)
        SplitMix64 random = new SplitMix64(1234567);
        assertEquals(6457827717110365317L, random.nextLong());
        assertEquals(3203168211198807973L, random.nextLong());
        assertEquals(-8629252141511181193L, random.nextLong());
    }

    @Test
    void withoutSeedEachGenerationDiffers() {
        assertNotEquals(
                GenerationSettings.of(GenerationOptions.unset()).seed(),
                GenerationSettings.of(GenerationOptions.unset()).seed());
    }
}

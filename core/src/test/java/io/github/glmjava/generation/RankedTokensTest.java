package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankedTokensTest {
    @Test
    void keysKeepLogitAndId() {
        for (float logit : new float[] {0, 1, -1, Float.MAX_VALUE, -Float.MIN_VALUE, Float.NEGATIVE_INFINITY}) {
            for (int id : new int[] {0, 1, 151551, Integer.MAX_VALUE}) {
                long key = RankedTokens.key(logit, id);
                assertEquals(logit, RankedTokens.logit(key));
                assertEquals(id, RankedTokens.id(key));
            }
        }
        assertEquals(RankedTokens.key(0f, 3), RankedTokens.key(-0f, 3));
    }

    @Test
    void holdsTheBestOnes() {
        Random random = new Random(3);
        RankedTokens ranked = new RankedTokens();
        for (int round = 0; round < 2000; round++) {
            float[] logits = new float[1 + random.nextInt(60)];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = random.nextInt(20) - 10;
            }
            int count = random.nextInt(logits.length + 5);
            List<Integer> expected = IntStream.range(0, logits.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer id) -> -logits[id])
                            .thenComparing(id -> id))
                    .limit(count)
                    .toList();
            ranked.holdBest(logits, logits.length, count);
            List<Integer> worstFirst = IntStream.range(0, ranked.size())
                    .map(i -> RankedTokens.id(ranked.removeLeast()))
                    .boxed()
                    .toList();
            assertEquals(expected, worstFirst.reversed());
        }
    }
}

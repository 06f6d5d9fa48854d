package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.TokenLogprob;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogprobReporterTest {
    @Test
    void isTheLogSoftmaxOfTheRawLogits() {
        Random random = new Random(29);
        float[] logits = new float[ByteTokenizer.SIZE];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (100 + 3 * random.nextGaussian());
            sum += Math.exp(logits[i]);
        }
        float[] raw = logits.clone();
        LogprobReporter reporter = new LogprobReporter(3, new ByteTokenizer(), logits.length);
        reporter.remember(logits);
        logits['x'] = -5; // as a penalty might
        TokenLogprob chosen = reporter.report('x');
        assertEquals('x', chosen.id());
        assertEquals("x", chosen.text());
        assertEquals(raw['x'] - Math.log(sum), chosen.logprob(), 1e-9);
        assertEquals(3, chosen.top().size());
        double previous = 0;
        for (TokenLogprob token : chosen.top()) {
            assertEquals(raw[token.id()] - Math.log(sum), token.logprob(), 1e-9);
            assertTrue(token.logprob() <= previous);
            assertEquals(List.of(), token.top());
            previous = token.logprob();
        }
        for (int i = 0; i < raw.length; i++) {
            int id = i;
            boolean reported = chosen.top().stream().anyMatch(token -> token.id() == id);
            assertEquals(reported, raw[i] - Math.log(sum) >= previous - 1e-12);
        }
    }

    @Test
    void zeroAlternativesAndMoreThanThereAre() {
        float[] logits = {0, 0};
        LogprobReporter none = new LogprobReporter(0, new ByteTokenizer(), 2);
        none.remember(logits);
        assertEquals(List.of(), none.report(1).top());
        assertEquals(-Math.log(2), none.report(1).logprob(), 1e-12);
        LogprobReporter many = new LogprobReporter(9, new ByteTokenizer(), 2);
        many.remember(logits);
        assertEquals(
                List.of(0, 1),
                many.report(1).top().stream().map(TokenLogprob::id).toList());
    }
}

package io.github.glmjava.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChainsOnDemandTest {
    private static final int VERY_LONG = 1 << 19;

    private final AtomicInteger made = new AtomicInteger();

    private final ChainsOnDemand chains = new ChainsOnDemand(() -> {
        made.incrementAndGet();
        return new TokenChains(new int[][] {{0}}, Merges.byNumber(new PairTable()));
    });

    @Test
    void fewLongWordsAreNotWorthThem() {
        for (int word = 0; word < 1000; word++) {
            assertNull(chains.forWord(100));
        }
        assertEquals(0, made.get());
    }

    @Test
    void manyLongWordsAreWorthThem() {
        int words = 0;
        while (chains.forWord(1000) == null && words < VERY_LONG) {
            words++;
        }
        assertEquals(1, made.get());
        assertNotNull(chains.forWord(1));
        assertEquals(1, made.get());
    }

    @Test
    void threadsMakeThemOnce() throws Exception {
        int threads = 8;
        CyclicBarrier together = new CyclicBarrier(threads);
        List<TokenChains> seen = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<TokenChains>> results = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                results.add(pool.submit(() -> {
                    together.await();
                    return chains.forWord(VERY_LONG);
                }));
            }
            for (Future<TokenChains> result : results) {
                seen.add(result.get());
            }
        }
        assertEquals(1, made.get());
        seen.forEach(one -> assertSame(seen.getFirst(), one));
        assertNotNull(seen.getFirst());
    }
}

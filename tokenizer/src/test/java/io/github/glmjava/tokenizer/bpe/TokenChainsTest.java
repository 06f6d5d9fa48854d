package io.github.glmjava.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** From left to right gives what merging gives, on vocabularies of few letters, in which everything depends on everything. */
class TokenChainsTest {
    private static final int LETTERS = 3;

    /** Single letters, then tokens that are joined of two earlier ones, as in training. */
    private static List<String> vocabulary(Random random) {
        List<String> tokens = new ArrayList<>(List.of("a", "b", "c"));
        for (int i = random.nextInt(40); i >= 0; i--) {
            String joined = tokens.get(random.nextInt(tokens.size())) + tokens.get(random.nextInt(tokens.size()));
            if (joined.length() < 30 && !tokens.contains(joined)) {
                tokens.add(joined);
            }
        }
        return tokens;
    }

    @Test
    void agreesWithMerging() throws ByteStrings.DuplicateException {
        Random random = new Random(4);
        int usable = 0;
        for (int round = 0; round < 3000; round++) {
            List<String> tokens = vocabulary(random);
            ByteStrings.Builder builder = new ByteStrings.Builder();
            PairTable pairs = new PairTable();
            for (int id = 0; id < tokens.size(); id++) {
                String token = tokens.get(id);
                builder.add(token.getBytes(StandardCharsets.US_ASCII));
                for (int border = 1; border < token.length(); border++) {
                    int left = tokens.indexOf(token.substring(0, border));
                    int right = tokens.indexOf(token.substring(border));
                    if (left >= 0 && right >= 0) {
                        pairs.put(left, right, id);
                    }
                }
            }
            int[] ids = IntStream.range(0, tokens.size()).toArray();
            int[] singleBytes = new int[256];
            Arrays.fill(singleBytes, -1);
            for (int i = 0; i < LETTERS; i++) {
                singleBytes['a' + i] = i;
            }
            PairMerger merger = new PairMerger(pairs, null, null);
            TokenChains chains = new TokenChains(builder.build(), ids, ids.length, singleBytes, pairs, merger);
            if (!chains.isUsable()) {
                continue;
            }
            usable++;
            byte[] text = new byte[1 + random.nextInt(300)];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) ('a' + random.nextInt(LETTERS));
            }
            int[] expected = new int[text.length];
            Arrays.setAll(expected, i -> singleBytes[text[i]]);
            int size = merger.merge(expected, 0, text.length);
            int[] actual = new int[text.length];
            int count = chains.encode(text, text.length, actual, new long[6]);
            assertArrayEquals(Arrays.copyOf(expected, size), Arrays.copyOf(actual, count), tokens::toString);
        }
        assertTrue(usable > 1000, usable + " usable");
    }
}

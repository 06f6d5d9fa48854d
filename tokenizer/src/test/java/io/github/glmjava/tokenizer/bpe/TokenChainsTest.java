package io.github.glmjava.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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

    private static ByteStrings bytes(List<String> tokens) throws ByteStrings.DuplicateException {
        ByteStrings.Builder builder = new ByteStrings.Builder();
        for (String token : tokens) {
            builder.add(token.getBytes(StandardCharsets.US_ASCII));
        }
        return builder.build();
    }

    /** All ways in which a token can be made of two, as triples of the left one, the right one and the token. */
    private static List<int[]> merges(List<String> tokens) {
        List<int[]> merges = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            String token = tokens.get(id);
            for (int border = 1; border < token.length(); border++) {
                int left = tokens.indexOf(token.substring(0, border));
                int right = tokens.indexOf(token.substring(border));
                if (left >= 0 && right >= 0) {
                    merges.add(new int[] {left, right, id});
                }
            }
        }
        return merges;
    }

    private static PairTable pairs(List<String> tokens) {
        PairTable pairs = new PairTable();
        for (int[] merge : merges(tokens)) {
            pairs.put(merge[0], merge[1], merge[2]);
        }
        return pairs;
    }

    private static void assertAgrees(List<String> tokens, Merges merges, Random random)
            throws ByteStrings.DuplicateException {
        int[] singleBytes = new int[256];
        Arrays.fill(singleBytes, -1);
        for (char letter = 'a'; letter < 'a' + LETTERS; letter++) {
            singleBytes[letter] = tokens.indexOf(String.valueOf(letter));
        }
        int[] ids = IntStream.range(0, tokens.size()).toArray();
        TokenChains chains = TokenChains.ofBytes(bytes(tokens), ids, ids.length, singleBytes, merges);
        assertTrue(chains.isUsable());
        int[] expected = new int[1 + random.nextInt(300)];
        Arrays.setAll(expected, i -> singleBytes['a' + random.nextInt(LETTERS)]);
        int[] actual = expected.clone();
        int size = new PairMerger(merges, null).merge(expected, 0, expected.length);
        int count = chains.encode(actual.clone(), 0, actual.length, actual, new long[actual.length / Long.SIZE + 1]);
        assertArrayEquals(Arrays.copyOf(expected, size), Arrays.copyOf(actual, count), tokens::toString);
    }

    private static void assertAgreesOnRanks(List<String> tokens, Random random) throws ByteStrings.DuplicateException {
        assertAgrees(tokens, Merges.byNumber(pairs(tokens)), random);
    }

    @Test
    void agreesWithMergingByRanksThatGrow() throws ByteStrings.DuplicateException {
        Random random = new Random(4);
        for (int round = 0; round < 2000; round++) {
            assertAgreesOnRanks(vocabulary(random), random);
        }
    }

    @Test
    void agreesWithMergingByAnyRanks() throws ByteStrings.DuplicateException {
        Random random = new Random(5);
        for (int round = 0; round < 2000; round++) {
            List<String> tokens = vocabulary(random);
            Collections.shuffle(tokens, random);
            assertAgreesOnRanks(tokens, random);
        }
    }

    @Test
    void agreesWithMergingByRanksOftenEqual() throws ByteStrings.DuplicateException {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            List<String> tokens = vocabulary(random);
            int[] ranks = random.ints(tokens.size(), 0, 5).toArray();
            assertAgrees(tokens, Merges.byRank(pairs(tokens), ranks), random);
        }
    }

    @Test
    void agreesWithMergingByAnyListOfMerges() throws ByteStrings.DuplicateException {
        Random random = new Random(6);
        for (int round = 0; round < 2000; round++) {
            List<String> tokens = vocabulary(random);
            List<int[]> merges = merges(tokens);
            Collections.shuffle(merges, random);
            PairTable pairs = new PairTable();
            for (int i = 0; i < merges.size(); i++) {
                pairs.put(merges.get(i)[0], merges.get(i)[1], i);
            }
            int[] results = merges.stream().mapToInt(merge -> merge[2]).toArray();
            assertAgrees(tokens, Merges.ofList(pairs, results), random);
        }
    }
}

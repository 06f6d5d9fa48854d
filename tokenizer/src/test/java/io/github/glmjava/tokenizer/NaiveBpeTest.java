package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random models and texts against the plainest implementation of the rule: join the strings of each adjacent pair, look
 * them up, merge the best, begin again.
 */
class NaiveBpeTest {
    private static final String[] ALPHABET = {"a", "b", "c", "é", "中", "\uD83D\uDE00", "▁"};

    /** Of so many tokenizers one encodes a text that is so long that long words are no longer merged afterwards. */
    private static final int FROM_LEFT_TO_RIGHT = 50;

    private static final int VERY_LONG = 1 << 19;

    private static String randomText(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
        }
        return text.toString();
    }

    private static List<String> encodeNaively(
            String text, Map<String, Float> merging, List<String> userDefined, int longestUserDefined) {
        List<String> symbols = new ArrayList<>();
        List<Boolean> frozen = new ArrayList<>();
        for (int i = 0; i < text.length(); ) {
            String symbol = Character.toString(text.codePointAt(i));
            boolean whole = false;
            for (int length = Math.min(longestUserDefined, text.length() - i); length > 0 && !whole; length--) {
                String candidate = text.substring(i, i + length);
                if (userDefined.contains(candidate)) {
                    symbol = candidate;
                    whole = true;
                }
            }
            symbols.add(symbol);
            frozen.add(whole);
            i += symbol.length();
        }
        while (true) {
            int best = -1;
            float bestScore = 0;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Float score =
                        frozen.get(i) || frozen.get(i + 1) ? null : merging.get(symbols.get(i) + symbols.get(i + 1));
                if (score != null && (best < 0 || score > bestScore)) {
                    best = i;
                    bestScore = score;
                }
            }
            if (best < 0) {
                return symbols;
            }
            symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
            frozen.remove(best + 1);
        }
    }

    @Test
    void agreesWithTheRule() {
        Random random = new Random(1);
        for (int round = 0; round < 1000; round++) {
            TinyModel model = TinyModel.withControls().whitespace(false, false, false);
            Map<String, Float> merging = new HashMap<>();
            List<String> userDefined = new ArrayList<>();
            int longest = 0;
            for (int i = random.nextInt(60); i >= 0; i--) {
                String piece = randomText(random, 1 + random.nextInt(random.nextBoolean() ? 2 : 5));
                // Few distinct scores, so that ties are frequent.
                float score = random.nextInt(6) - 3;
                if (merging.containsKey(piece) || userDefined.contains(piece)) {
                    continue;
                }
                boolean frozen = random.nextInt(12) == 0;
                model.piece(piece, score, frozen ? TinyModel.USER_DEFINED : TinyModel.NORMAL);
                if (frozen) {
                    userDefined.add(piece);
                    longest = Math.max(longest, piece.length());
                } else {
                    merging.put(piece, score);
                }
            }
            SentencePieceTokenizer tokenizer = model.bytePieces().load();
            if (round % FROM_LEFT_TO_RIGHT == 0) {
                tokenizer.encode(randomText(random, VERY_LONG));
            }
            for (int length : new int[] {3, 10, 30, 200}) {
                String text = randomText(random, length);
                StringBuilder expected = new StringBuilder();
                for (String symbol : encodeNaively(text, merging, userDefined, longest)) {
                    if (merging.containsKey(symbol) || userDefined.contains(symbol)) {
                        expected.append(symbol).append('|');
                    } else {
                        for (byte each : symbol.getBytes(StandardCharsets.UTF_8)) {
                            expected.append(String.format("<0x%02X>|", each));
                        }
                    }
                }
                StringBuilder actual = new StringBuilder();
                for (int id : tokenizer.encode(text)) {
                    actual.append(tokenizer.piece(id)).append('|');
                }
                assertEquals(expected.toString(), actual.toString(), () -> text + " " + merging + " " + userDefined);
            }
        }
    }

    @Test
    void agreesWithTheRuleOnBytes() {
        Random random = new Random(2);
        for (int round = 0; round < 500; round++) {
            List<String> tokens = new ArrayList<>();
            for (int i = random.nextInt(40); i >= 0; i--) {
                String token = randomText(random, 2 + random.nextInt(3)).replace("▁", "c");
                if (!tokens.contains(token)) {
                    tokens.add(token);
                }
            }
            TiktokenTokenizer tokenizer =
                    TinyRanks.of(tokens.toArray(String[]::new)).load();
            if (round % FROM_LEFT_TO_RIGHT == 0) {
                tokenizer.encode(randomText(random, VERY_LONG));
            }
            Map<String, Float> merging = new HashMap<>();
            for (int rank = 0; rank < tokens.size(); rank++) {
                byte[] bytes = tokens.get(rank).getBytes(StandardCharsets.UTF_8);
                merging.put(new String(bytes, StandardCharsets.ISO_8859_1), (float) -rank);
            }
            String text = randomText(random, 60).replace("▁", "b").replace("\uD83D\uDE00", "a");
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            List<Integer> expected = new ArrayList<>();
            String split = new String(bytes, StandardCharsets.ISO_8859_1);
            for (String symbol : encodeNaively(split, merging, List.of(), 0)) {
                expected.add(
                        symbol.length() == 1 ? symbol.charAt(0) : 256 - Math.round(merging.getOrDefault(symbol, 0f)));
            }
            assertEquals(expected, Arrays.stream(tokenizer.encode(text)).boxed().toList(), () -> text + " " + tokens);
        }
    }
}

package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Random unigram models and texts against the plainest implementations: one table over the whole text, all paths one by one. */
class NaiveUnigramTest {
    private static final String[] ALPHABET = {"a", "b", "c", "\u4E2D", "\u2581"};
    private static final int FIRST_ID = 3;

    private static String randomText(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET[random.nextInt(ALPHABET.length)]);
        }
        return text.toString();
    }

    private static List<List<Integer>> tokens(Encoding encoding) {
        return IntStream.range(0, encoding.size())
                .mapToObj(i -> List.of(encoding.id(i), encoding.start(i), encoding.end(i)))
                .toList();
    }

    private static <T> Map<T, Long> counted(Stream<T> all) {
        return all.collect(Collectors.groupingBy(one -> one, Collectors.counting()));
    }

    /** Pieces with scores. */
    private static final class RandomModel {
        private final Map<String, Integer> ids = new HashMap<>();
        private final List<Float> scores = new ArrayList<>();
        private final SentencePieceTokenizer tokenizer;
        private final float unknown;

        RandomModel(Random random, boolean inWords, float[] scoreChoices) {
            TinyModel model = TinyModel.withControls().whitespace(false, false, false);
            model.trainer().varint(3, 1);
            float lowest = Float.MAX_VALUE;
            for (int i = 5 + random.nextInt(40); i >= 0; i--) {
                String piece = randomText(random, 1 + random.nextInt(4));
                if (ids.containsKey(piece) || (inWords && piece.indexOf('\u2581', 1) > 0)) {
                    continue;
                }
                float score = scoreChoices[random.nextInt(scoreChoices.length)];
                model.piece(piece, score, TinyModel.NORMAL);
                ids.put(piece, FIRST_ID + scores.size());
                scores.add(score);
                lowest = Math.min(lowest, score);
            }
            unknown = lowest - 10;
            tokenizer = model.load();
        }

        private float score(String piece) {
            Integer id = ids.get(piece);
            return id == null ? unknown : scores.get(id - FIRST_ID);
        }

        /** Whether a part of a text can be a piece: also a single character that no piece covers. */
        private boolean isPart(String part) {
            return ids.containsKey(part) || part.length() == 1;
        }

        /** The id, the start and the end of each token. */
        List<List<Integer>> tokens(List<String> path) {
            List<List<Integer>> all = new ArrayList<>();
            int end = 0;
            for (String piece : path) {
                int id = ids.getOrDefault(piece, 0);
                // A run of unknown characters is one id.
                boolean goesOn = id == 0 && !all.isEmpty() && all.getLast().getFirst() == 0;
                int start = goesOn ? all.removeLast().get(1) : end;
                end += piece.length();
                all.add(List.of(id, start, end));
            }
            return all;
        }

        int[] ids(List<String> path) {
            return tokens(path).stream().mapToInt(List::getFirst).toArray();
        }

        List<String> best(String text) {
            float[] sums = new float[text.length() + 1];
            int[] starts = new int[text.length() + 1];
            Arrays.fill(starts, -1);
            for (int from = 0; from < text.length(); from++) {
                for (int to = from + 1; to <= Math.min(text.length(), from + 4); to++) {
                    if (isPart(text.substring(from, to))) {
                        String part = text.substring(from, to);
                        // The original adds up unknown characters in float, others in double.
                        double sum = ids.containsKey(part) ? (double) score(part) + sums[from] : unknown + sums[from];
                        if (starts[to] < 0 || sum > sums[to]) {
                            sums[to] = (float) sum;
                            starts[to] = from;
                        }
                    }
                }
            }
            List<String> path = new ArrayList<>();
            for (int to = text.length(); to > 0; to = starts[to]) {
                path.addFirst(text.substring(starts[to], to));
            }
            return path;
        }

        void allPaths(String text, List<String> begun, List<List<String>> out) {
            if (text.isEmpty()) {
                out.add(List.copyOf(begun));
            }
            for (int to = 1; to <= Math.min(4, text.length()); to++) {
                if (isPart(text.substring(0, to))) {
                    begun.add(text.substring(0, to));
                    allPaths(text.substring(to), begun, out);
                    begun.removeLast();
                }
            }
        }

        double score(List<String> path) {
            return path.stream().mapToDouble(this::score).sum();
        }
    }

    @Test
    void agreesWithTheRuleWhateverTheSumsRoundTo() {
        Random random = new Random(3);
        float[][] choices = {{-1, -2, -3}, {-1.1f, -2.3f, -3.4f, -5.7f, -8.9f}, {-1e5f, -2e5f, -3.00001e5f, -0.1f}};
        for (int round = 0; round < 150; round++) {
            RandomModel model = new RandomModel(random, round % 3 > 0, choices[round % choices.length]);
            for (int length : new int[] {5, 60, 3000}) {
                String text = randomText(random, length);
                assertArrayEquals(model.ids(model.best(text)), model.tokenizer.encode(text), () -> text + model.ids);
            }
        }
    }

    @Test
    void findsTheBestPathsInOrder() {
        Random random = new Random(4);
        for (int round = 0; round < 200; round++) {
            RandomModel model = new RandomModel(random, false, new float[] {-0.5f, -1.25f, -2, -3.5f});
            String text = randomText(random, 1 + random.nextInt(9));
            List<List<String>> all = new ArrayList<>();
            model.allPaths(text, new ArrayList<>(), all);
            double[] expected = all.stream().mapToDouble(model::score).sorted().toArray();
            List<ScoredEncoding> found = model.tokenizer.encodeBest(text, 1024);
            assertEquals(Math.min(1024, all.size()), found.size());
            for (int i = 0; i < found.size(); i++) {
                assertEquals(expected[expected.length - 1 - i], found.get(i).score());
            }
            // Short texts have no more: each path is found once, with its own score.
            assertEquals(
                    counted(all.stream().map(path -> Map.entry(model.tokens(path), model.score(path)))),
                    counted(found.stream()
                            .map(scored -> Map.entry(tokens(scored.encoding()), (double) scored.score()))));
            assertEquals(found.getFirst().score(), model.score(model.best(text)));
        }
    }

    @Test
    void drawsEachPathAsOftenAsItsScoreSays() {
        TinyModel file = TinyModel.withControls().whitespace(false, false, false);
        file.trainer().varint(3, 1);
        SentencePieceTokenizer tokenizer = file.piece("a", -1, TinyModel.NORMAL)
                .piece("aa", -1.5f, TinyModel.NORMAL)
                .piece("aaa", -2.5f, TinyModel.NORMAL)
                .load();
        Map<List<Integer>, Double> scores =
                Map.of(List.of(3, 3, 3), -3.0, List.of(4, 3), -2.5, List.of(3, 4), -2.5, List.of(5), -2.5);
        for (double alpha : new double[] {0, 1, 3}) {
            double sum = scores.values().stream()
                    .mapToDouble(score -> Math.exp(alpha * score))
                    .sum();
            for (boolean amongBest : new boolean[] {false, true}) {
                Random random = new Random(5);
                int draws = 20_000;
                Map<List<Integer>, Integer> counts = new HashMap<>();
                for (int i = 0; i < draws; i++) {
                    Encoding drawn = amongBest
                            ? tokenizer.encodeSampled("aaa", alpha, 10, random)
                            : tokenizer.encodeSampled("aaa", alpha, random);
                    counts.merge(Arrays.stream(drawn.ids()).boxed().toList(), 1, Integer::sum);
                    int end = 0;
                    for (int token = 0; token < drawn.size(); token++) {
                        assertEquals(end, drawn.start(token));
                        end += tokenizer.piece(drawn.id(token)).length();
                        assertEquals(end, drawn.end(token));
                    }
                }
                scores.forEach((ids, score) -> assertEquals(
                        Math.exp(alpha * score) / sum,
                        counts.getOrDefault(ids, 0) / (double) draws,
                        0.015,
                        () -> ids + " of " + counts));
            }
        }
    }

    @Test
    void anEmptyTextHasOneEncoding() {
        TinyModel file = TinyModel.withControls().pieces("a");
        file.trainer().varint(3, 1);
        SentencePieceTokenizer tokenizer = file.load();
        List<ScoredEncoding> best = tokenizer.encodeBest("", 2);
        assertEquals(1, best.size());
        assertEquals(0, best.getFirst().encoding().size());
        assertEquals(0, best.getFirst().score());
        assertEquals(0, tokenizer.encodeSampled("", 1, new Random(1)).size());
    }

    @Test
    void refusesWhatItCannotDo() {
        SentencePieceTokenizer bpe =
                TinyModel.withControls().pieces("a").bytePieces().load();
        assertThrows(IllegalStateException.class, () -> bpe.encodeBest("a", 2));
        assertThrows(IllegalStateException.class, () -> bpe.encodeBest("", 2));
        assertThrows(IllegalArgumentException.class, () -> bpe.encodeBest("a", 0));
        assertThrows(IllegalArgumentException.class, () -> bpe.encodeSampled("a", Double.NaN, new Random(1)));
    }
}

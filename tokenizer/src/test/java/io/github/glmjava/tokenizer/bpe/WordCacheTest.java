package io.github.glmjava.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WordCacheTest {
    private static final List<String> UNITS =
            List.of("\0", "a", "\u007F", "\u0080", "é", "中", "\uFFFF", "\uD83D\uDE00");

    private static int find(WordCache cache, String word, int kind) {
        int[] codePoints = word.codePoints().toArray();
        return cache.find(codePoints, 0, codePoints.length, kind);
    }

    /** Whatever is found is what was entered for that word of that kind last. */
    @Test
    void neverMixesUpWords() {
        WordCache cache = new WordCache();
        Random random = new Random(9);
        Map<String, List<Integer>> entered = new HashMap<>();
        int found = 0;
        for (int round = 0; round < 200_000; round++) {
            StringBuilder text = new StringBuilder();
            int units = random.nextBoolean() ? 3 : UNITS.size();
            for (int i = random.nextInt(random.nextInt(20) + 1); i >= 0; i--) {
                text.append(UNITS.get(random.nextInt(units)));
            }
            String word = text.toString();
            int kind = random.nextInt(2);
            int place = find(cache, word, kind);
            if (place >= 0) {
                found++;
                List<Integer> known = new ArrayList<>(List.of(cache.note(place)));
                for (int i = 0; i < cache.count(place); i++) {
                    known.add(cache.id(place, i));
                }
                assertEquals(entered.get(kind + word), known);
            } else if (place == WordCache.ABSENT) {
                int count = random.nextInt(WordCache.MOST_IDS + 1);
                int[] ids = random.ints(count, 0, 1 << 21).toArray();
                int note = random.nextInt();
                cache.put(note, ids, 0, count);
                List<Integer> known = new ArrayList<>(List.of(note));
                Arrays.stream(ids).forEach(known::add);
                entered.put(kind + word, known);
            }
        }
        assertTrue(found > 10_000, found + " found");
    }

    @Test
    void findsTheSameInTextsAndInCodePoints() {
        WordCache cache = new WordCache();
        for (String word : List.of("", "word", "a longer word...", "слово", "一二三四五六七", "\0")) {
            assertEquals(WordCache.ABSENT, find(cache, word, 1));
            assertEquals(WordCache.ABSENT, find(cache, word, 0));
            int place = cache.put(5, new int[] {9, 1, 2, 3, 4}, 1, 4);
            assertEquals(place, cache.find("-" + word + "-", 1, 1 + word.length()));
            assertEquals(4, cache.id(place, 3));
        }
    }

    @Test
    void leavesLongWordsOut() {
        WordCache cache = new WordCache();
        assertEquals(WordCache.NEVER_KEPT, find(cache, "a word with too many characters", 0));
        assertEquals(WordCache.NEVER_KEPT, find(cache, "一二三四五六七八", 0));
        assertEquals(WordCache.NEVER_KEPT, find(cache, "\uD83D\uDE00", 0));
        assertEquals(WordCache.NEVER_KEPT, cache.find("слишком длинно", 0, 14));
    }
}

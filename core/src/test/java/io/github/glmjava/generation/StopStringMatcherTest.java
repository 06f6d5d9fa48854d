package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StopStringMatcherTest {
    @Test
    void holdsBackWhatMayBeAStopString() {
        StopStringMatcher matcher = new StopStringMatcher(List.of("\n\nUser:"));
        assertEquals("a", matcher.accept("a\n"));
        assertEquals("", matcher.accept("\nUs"));
        assertEquals("\n\nUsage", matcher.accept("age"));
        assertEquals("", matcher.accept("\n\n"));
        assertEquals("\n", matcher.accept("\n"));
        assertEquals("", matcher.accept("User"));
        assertFalse(matcher.matched());
        assertEquals("", matcher.accept(": more"));
        assertTrue(matcher.matched());
    }

    @Test
    void givesOutTheRestAtTheEnd() {
        StopStringMatcher matcher = new StopStringMatcher(List.of("END"));
        assertEquals("x", matcher.accept("xEN"));
        assertEquals("EN", matcher.finish());
    }

    @Test
    void theLongestOfThoseThatEndTogetherCounts() {
        StopStringMatcher matcher = new StopStringMatcher(List.of("c", "abc", "bc"));
        assertEquals("x", matcher.accept("xab"));
        assertEquals("", matcher.accept("c"));
        assertTrue(matcher.matched());
    }

    @Test
    void withoutStopStringsTextPassesThrough() {
        StopStringMatcher matcher = new StopStringMatcher(List.of());
        String piece = String.valueOf(new char[] {'s'});
        assertSame(piece, matcher.accept(piece));
        assertEquals("", matcher.finish());
    }

    @Test
    void equalsNaiveSearchHoweverTheTextIsCut() {
        Random random = new Random(17);
        int found = 0;
        for (int round = 0; round < 20_000; round++) {
            String text = word(random, random.nextInt(30));
            List<String> stops = IntStream.range(0, 1 + random.nextInt(3))
                    .mapToObj(i -> word(random, 1 + random.nextInt(5)))
                    .toList();
            int end = text.length();
            boolean matched = false;
            int firstEnd = Integer.MAX_VALUE;
            for (String stop : stops) {
                int at = text.indexOf(stop);
                if (at >= 0) {
                    matched = true;
                    int stopEnd = at + stop.length();
                    if (stopEnd < firstEnd || (stopEnd == firstEnd && at < end)) {
                        firstEnd = stopEnd;
                        end = at;
                    }
                }
            }
            StopStringMatcher matcher = new StopStringMatcher(stops);
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < text.length() && !matcher.matched(); ) {
                int next = Math.min(text.length(), i + random.nextInt(4));
                out.append(matcher.accept(text.substring(i, next)));
                // nothing that went out may have to be taken back
                assertTrue(text.substring(0, end).startsWith(out.toString()), text + " " + stops);
                i = next;
            }
            if (!matcher.matched()) {
                out.append(matcher.finish());
            }
            assertEquals(text.substring(0, end), out.toString(), text + " " + stops);
            assertEquals(matched, matcher.matched(), text + " " + stops);
            found += matched ? 1 : 0;
        }
        assertTrue(found > 1000 && found < 19_000, "both cases are tested: " + found);
    }

    private static String word(Random random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append("abc".charAt(random.nextInt(3)));
        }
        return word.toString();
    }
}

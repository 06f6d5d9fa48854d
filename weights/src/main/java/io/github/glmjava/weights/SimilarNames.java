package io.github.glmjava.weights;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Finds names that look like one that is missing. Likeness is the length of the common beginning plus that of the common
 * end, which suits dotted paths and costs no more than reading the names.
 */
final class SimilarNames {
    private static final int SHOWN = 3;

    private SimilarNames() {}

    /** The tail of a message, such as {@code "; similar: 'a', 'b'"}. */
    static String hint(String missing, Collection<String> names) {
        if (names.isEmpty()) {
            return "; it holds no tensors";
        }
        List<String> similar = names.stream()
                .filter(name -> 2 * likeness(missing, name) >= missing.length())
                .sorted(Comparator.comparingInt((String name) -> -likeness(missing, name)))
                .limit(SHOWN)
                .map(Quoted::of)
                .toList();
        return similar.isEmpty()
                ? " among its " + names.size() + ", the first is "
                        + Quoted.of(names.iterator().next())
                : "; similar: " + String.join(", ", similar);
    }

    private static int likeness(String a, String b) {
        int limit = Math.min(a.length(), b.length());
        int beginning = 0;
        while (beginning < limit && a.charAt(beginning) == b.charAt(beginning)) {
            beginning++;
        }
        int end = 0;
        while (end < limit - beginning && a.charAt(a.length() - 1 - end) == b.charAt(b.length() - 1 - end)) {
            end++;
        }
        return beginning + end;
    }
}

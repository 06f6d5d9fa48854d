package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that a family adds behind those of its tokenizer file.
 *
 * @param firstId the id of the first name
 * @param names in order of their ids
 */
record SpecialTokens(int firstId, List<String> names) {
    /** The id of a name that must exist. */
    int id(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("no special token " + name);
        }
        return firstId + index;
    }

    /** The name of an id, or null if the id is no special token. */
    @Nullable
    String name(int id) {
        return contains(id) ? names.get(id - firstId) : null;
    }

    boolean contains(int id) {
        return id >= firstId && id < end();
    }

    /** The id behind the last one. */
    int end() {
        return firstId + names.size();
    }

    /** Encodes a text in which these tokens, written by name, become their ids; the leftmost longest name wins. */
    int[] encode(String text, Function<String, int[]> plain) {
        IntList ids = new IntList(text.length() / 2);
        int plainFrom = 0;
        for (int i = 0; i < text.length(); ) {
            String name = longestAt(text, i);
            if (name == null) {
                i++;
                continue;
            }
            ids.addAll(plain.apply(text.substring(plainFrom, i)));
            ids.add(id(name));
            i += name.length();
            plainFrom = i;
        }
        ids.addAll(plain.apply(text.substring(plainFrom)));
        return ids.toArray();
    }

    private @Nullable String longestAt(String text, int index) {
        String longest = null;
        for (String name : names) {
            if (text.startsWith(name, index) && (longest == null || name.length() > longest.length())) {
                longest = name;
            }
        }
        return longest;
    }
}

package io.github.glmjava.family;

import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.RowSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The matrices that a recipe wants quantised, noted down while a network is built of what is stored. */
final class QuantizationPlan {
    /**
     * One matrix.
     *
     * @param source its rows
     * @param format what is to become of it
     */
    record Entry(RowSource source, MatrixFormat format) {}

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> kept = new HashSet<>();

    /** Notes a matrix that is to be quantised. */
    void add(String name, RowSource source, MatrixFormat format) {
        entries.put(name, new Entry(source, format));
    }

    /** Notes a matrix that is used as stored, which it may be beside another format. */
    void keep(String name) {
        kept.add(name);
    }

    /** Whether the matrix of this name is used as it is stored. */
    boolean keeps(String name) {
        return kept.contains(name);
    }

    /** What is to become of the matrix of this name, or null if nothing. */
    @Nullable
    Entry find(String name) {
        return entries.get(name);
    }
}

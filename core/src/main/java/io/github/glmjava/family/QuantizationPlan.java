package io.github.glmjava.family;

import io.github.glmjava.tensor.MatrixFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The matrices that a recipe wants quantised, noted down while a network is built of what is stored. */
final class QuantizationPlan {
    /**
     * One matrix, or several that are to lie one after the other.
     *
     * @param name what they are called then
     * @param source their rows
     * @param format what is to become of them
     */
    record Entry(String name, MatrixStack source, MatrixFormat format) {}

    private final Map<String, List<Entry>> entries = new LinkedHashMap<>();
    private final Set<String> kept = new HashSet<>();

    /**
     * Notes something that is to be quantised.
     *
     * @param stored the name of the tensor that it is made of
     */
    void add(String stored, Entry entry) {
        entries.computeIfAbsent(stored, name -> new ArrayList<>()).add(entry);
    }

    /** Notes a matrix that is used as stored, which it may be beside another format. */
    void keep(String name) {
        kept.add(name);
    }

    /** Whether the matrix of this name is used as it is stored. */
    boolean keeps(String name) {
        return kept.contains(name);
    }

    /** What is to be made of the tensor of this name. */
    List<Entry> find(String name) {
        return entries.getOrDefault(name, List.of());
    }
}

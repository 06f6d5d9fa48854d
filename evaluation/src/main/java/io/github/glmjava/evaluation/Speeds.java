package io.github.glmjava.evaluation;

import java.util.List;

/**
 * How fast something ran each time that it was measured.
 *
 * @param each for example tokens a second, at least one
 */
public record Speeds(List<Double> each) {
    /** Copies the list. */
    public Speeds {
        each = List.copyOf(each);
    }

    /** The median. */
    public double median() {
        List<Double> sorted = each.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The fastest. */
    public double best() {
        return each.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}

package io.github.glmjava.reference;

import java.util.Locale;
import org.ojalgo.matrix.MatrixR064;

/** Holds float results against the reference, stage by stage, and says where they differ most. */
public final class ForwardComparison {
    private final ReferenceTrace reference;

    /** @param reference what is right */
    public ForwardComparison(ReferenceTrace reference) {
        this.reference = reference;
    }

    /**
     * The largest absolute difference of one stage.
     *
     * @param stage what was compared
     * @param position the token's index
     * @param index the element's index within the token's row
     * @param expected the reference's value there
     * @param actual the other value there
     */
    public record Difference(String stage, int position, int index, double expected, double actual) {
        /** |expected - actual|; infinite if the actual value is not a number. */
        public double magnitude() {
            double difference = Math.abs(expected - actual);
            return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
        }

        /** Throws an AssertionError that names stage, place and values unless the magnitude is within the tolerance. */
        public void requireWithin(double tolerance) {
            if (magnitude() > tolerance) {
                throw new AssertionError(this + ", tolerance " + tolerance);
            }
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s differs most at position %d, index %d: expected %.9g, was %.9g, off by %.3g",
                    stage,
                    position,
                    index,
                    expected,
                    actual,
                    magnitude());
        }
    }

    /** Compares what enters the first layer, [sequence][hidden]. */
    public Difference embeddings(float[][] actual) {
        return compare("embeddings", reference.embeddings(), actual);
    }

    /** Compares the output of a layer, counted from zero, before any final norm, [sequence][hidden]. */
    public Difference hidden(int layer, float[][] actual) {
        return compare("hidden." + layer, reference.hidden().get(layer), actual);
    }

    /** Compares what enters the output head, [sequence][hidden]. */
    public Difference finalNorm(float[][] actual) {
        return compare("final_norm", reference.finalNorm(), actual);
    }

    /** Compares the logits of all positions, [sequence][vocabulary]. */
    public Difference logits(float[][] actual) {
        return compare("logits", reference.logits(), actual);
    }

    /** Compares the logits of one position, as a step of decoding gives them. */
    public Difference logits(int position, float[] actual) {
        return compareRow("logits", reference.logits(), position, actual);
    }

    /** Compares the logits of the last position, as a prefill gives them. */
    public Difference lastLogits(float[] actual) {
        return logits(reference.logits().getRowDim() - 1, actual);
    }

    private static Difference compare(String stage, MatrixR064 expected, float[][] actual) {
        if (actual.length != expected.getRowDim()) {
            throw new AssertionError(stage + " has " + actual.length + " positions, expected " + expected.getRowDim());
        }
        Difference worst = compareRow(stage, expected, 0, actual[0]);
        for (int position = 1; position < actual.length; position++) {
            worst = larger(worst, compareRow(stage, expected, position, actual[position]));
        }
        return worst;
    }

    private static Difference compareRow(String stage, MatrixR064 expected, int position, float[] actual) {
        if (actual.length != expected.getColDim()) {
            throw new AssertionError(stage + " at position " + position + " has " + actual.length
                    + " elements, expected " + expected.getColDim());
        }
        Difference worst = new Difference(stage, position, 0, expected.doubleValue(position, 0), actual[0]);
        for (int index = 1; index < actual.length; index++) {
            double value = expected.doubleValue(position, index);
            worst = larger(worst, new Difference(stage, position, index, value, actual[index]));
        }
        return worst;
    }

    private static Difference larger(Difference one, Difference other) {
        return other.magnitude() > one.magnitude() ? other : one;
    }
}

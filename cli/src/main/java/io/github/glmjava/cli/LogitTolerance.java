package io.github.glmjava.cli;

import io.github.glmjava.WeightFormat;
import java.util.Locale;

/**
 * How far logits may be off.
 *
 * @param limit of the largest difference of a logit
 * @param ofSpread whether the limit is a share of the logits' spread, the largest expected one minus the smallest, and tokens that
 *     turn out otherwise are no failure: what rounded weights allow
 */
record LogitTolerance(double limit, boolean ofSpread) {
    /** Of the weights of random models, which have no outliers but few columns over which errors could cancel out. */
    private static final double Q8_SHARE = 5e-2;

    /** Sixteen times as coarse as {@link #Q8_SHARE}'s format: it finds what is broken, not what is rounded. */
    private static final double Q4_SHARE = 0.5;

    /**
     * What a format of weights allows.
     *
     * @param exact how far logits may be off that are computed from the weights as stored
     */
    static LogitTolerance of(WeightFormat weights, double exact) {
        return switch (weights) {
            case AS_STORED -> new LogitTolerance(exact, false);
            case Q8 -> new LogitTolerance(Q8_SHARE, true);
            case Q4, MIXED -> new LogitTolerance(Q4_SHARE, true);
        };
    }

    /** The same with another limit. */
    LogitTolerance withLimit(double other) {
        return new LogitTolerance(other, ofSpread);
    }

    /** Whether a difference is within it; NaN is not. */
    boolean allows(double difference, double spread) {
        return difference <= (ofSpread ? limit * spread : limit);
    }

    /** In words. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1e", limit) + (ofSpread ? " of their spread" : "");
    }
}

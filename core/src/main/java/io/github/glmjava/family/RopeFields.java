package io.github.glmjava.family;

import io.github.glmjava.weights.CheckpointException;

/**
 * What a configuration of transformers says of the rotary embedding, in the dialect of version 4 ({@code rope_theta} and
 * {@code partial_rotary_factor} among the other fields) or of version 5 (in an object {@code rope_parameters}).
 *
 * @param base of the frequencies
 * @param factor the part of a head that turns
 */
record RopeFields(double base, double factor) {
    private static final String OBJECT = "rope_parameters";
    private static final String BASE = "rope_theta";
    private static final String FACTOR = "partial_rotary_factor";
    private static final double DEFAULT_BASE = 10000;

    /**
     * Reads the fields.
     *
     * @param absentFactor stands in for an absent factor
     * @throws CheckpointException if one is out of range or asks for something unsupported, or the two dialects contradict each
     *     other
     */
    static RopeFields read(ConfigFields config, double absentFactor) throws CheckpointException {
        config.requireUnset("rope_scaling");
        ConfigFields parameters = config.object(OBJECT);
        double base = value(config, parameters, BASE, DEFAULT_BASE);
        double factor = value(config, parameters, FACTOR, absentFactor);
        parameters.requireText("rope_type", "default");
        parameters.requireText("type", "default");
        parameters.requireKnown();
        return new RopeFields(base, factor);
    }

    private static double value(ConfigFields config, ConfigFields parameters, String field, double absent)
            throws CheckpointException {
        double outside = config.positive(field, absent);
        double inside = parameters.positive(field, outside);
        if (config.has(field) && inside != outside) {
            throw config.wrong(field, outside, inside + " as in " + OBJECT);
        }
        return inside;
    }
}

package io.github.glmjava.generation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * Fields of {@code generation_config.json} that would change what transformers generates but are not supported here,
 * each with the number at which it does nothing. (Null, false and empty lists do nothing in any of them.)
 */
enum UnsupportedGenerationField {
    BAD_WORDS_IDS,
    BEGIN_SUPPRESS_TOKENS,
    CONSTRAINTS,
    DIVERSITY_PENALTY(0),
    DOLA_LAYERS,
    ENCODER_NO_REPEAT_NGRAM_SIZE(0),
    ENCODER_REPETITION_PENALTY(1),
    EPSILON_CUTOFF(0),
    ETA_CUTOFF(0),
    EXPONENTIAL_DECAY_LENGTH_PENALTY,
    FORCE_WORDS_IDS,
    FORCED_BOS_TOKEN_ID,
    FORCED_EOS_TOKEN_ID,
    FORCED_DECODER_IDS,
    GUIDANCE_SCALE(1),
    MAX_TIME,
    MIN_LENGTH(0),
    MIN_NEW_TOKENS(0),
    NO_REPEAT_NGRAM_SIZE(0),
    NUM_BEAM_GROUPS(1),
    NUM_BEAMS(1),
    NUM_RETURN_SEQUENCES(1),
    PENALTY_ALPHA(0),
    REMOVE_INVALID_VALUES,
    SEQUENCE_BIAS,
    SUPPRESS_TOKENS,
    TOKEN_HEALING,
    TOP_H,
    TYPICAL_P(1),
    WATERMARKING_CONFIG;

    private final double neutral;

    UnsupportedGenerationField() {
        this(Double.NaN);
    }

    UnsupportedGenerationField(double neutral) {
        this.neutral = neutral;
    }

    private boolean isSetIn(JsonNode config) {
        JsonNode value = config.get(fieldName());
        if (value == null || value.isNull() || (value.isContainer() && value.isEmpty())) {
            return false;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return !value.isNumber() || value.asDouble(Double.NaN) != neutral;
    }

    private String fieldName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The names of the fields that would have an effect in this configuration. */
    static List<String> setIn(JsonNode config) {
        return Arrays.stream(values())
                .filter(field -> field.isSetIn(config))
                .map(UnsupportedGenerationField::fieldName)
                .toList();
    }
}

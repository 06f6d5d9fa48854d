package io.github.glmjava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.generation.GenerationSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class GenerationOptionsTest {
    private static GenerationOptions.Builder builder() {
        return GenerationOptions.builder();
    }

    private static final GenerationOptions ALL = builder()
            .doSample(true)
            .temperature(0.5)
            .topK(3)
            .topP(0.7)
            .minP(0.1)
            .repetitionPenalty(1.2)
            .presencePenalty(0.3)
            .frequencyPenalty(0.4)
            .logitBias(5, 1)
            .seed(9)
            .maxNewTokens(11)
            .maxLength(13)
            .stopStrings("a")
            .stopIds(List.of(7))
            .logprobs(2)
            .build();

    @Test
    void unsetStaysUnset() {
        GenerationOptions unset = GenerationOptions.unset();
        assertEquals(Optional.empty(), unset.doSample());
        assertTrue(unset.temperature().isEmpty()
                && unset.topK().isEmpty()
                && unset.topP().isEmpty()
                && unset.minP().isEmpty()
                && unset.repetitionPenalty().isEmpty()
                && unset.presencePenalty().isEmpty()
                && unset.frequencyPenalty().isEmpty()
                && unset.logitBias().isEmpty()
                && unset.seed().isEmpty()
                && unset.maxNewTokens().isEmpty()
                && unset.maxLength().isEmpty()
                && unset.stopStrings().isEmpty()
                && unset.stopIds().isEmpty()
                && unset.logprobs().isEmpty());
        assertEquals(unset, unset.toBuilder().build());
    }

    @Test
    void copiesAreEqual() {
        assertEquals(ALL, ALL.toBuilder().build());
        assertEquals(ALL.hashCode(), ALL.toBuilder().build().hashCode());
        assertEquals(ALL, ALL.withDefaults(GenerationOptions.unset()));
        assertEquals(ALL, GenerationOptions.unset().withDefaults(ALL));
        assertFalse(ALL.equals(ALL.toBuilder().topK(4).build()));
    }

    @Test
    void ownValuesWinOverDefaults() {
        GenerationOptions own = builder()
                .doSample(false)
                .temperature(2)
                .topK(4)
                .topP(0.6)
                .minP(0.2)
                .repetitionPenalty(1)
                .presencePenalty(0)
                .frequencyPenalty(0)
                .logitBias(Map.of(5, -1.0, 6, 2.0))
                .seed(8)
                .maxLength(14)
                .stopStrings("b")
                .stopIds(List.of(8))
                .logprobs(0)
                .build();
        GenerationOptions expected =
                own.toBuilder().stopStrings("a", "b").stopIds(List.of(7, 8)).build();
        // the default of maxNewTokens does not override the request's maxLength
        assertEquals(OptionalInt.empty(), own.withDefaults(ALL).maxNewTokens());
        assertEquals(expected, own.withDefaults(ALL));
    }

    @Test
    void whoSetsHowToSampleWantsToSample() {
        GenerationOptions greedy = GenerationOptions.greedy();
        assertEquals(
                Optional.of(true),
                builder().temperature(0.8).build().withDefaults(greedy).doSample());
        assertEquals(
                Optional.of(true),
                builder().topK(5).build().withDefaults(greedy).doSample());
        assertEquals(Optional.of(true), builder().topP(0.5).build().doSample());
        assertEquals(Optional.of(true), builder().minP(0.5).build().doSample());
        assertEquals(Optional.empty(), builder().seed(5).build().doSample());
        assertEquals(
                Optional.of(false),
                builder().temperature(0).build().withDefaults(ALL).doSample());
        assertEquals(
                Optional.of(false),
                builder().doSample(false).temperature(1).build().doSample());
    }

    @Test
    void whatNobodySetsIsAsInTransformers() {
        GenerationSettings settings = GenerationSettings.of(GenerationOptions.unset());
        assertFalse(settings.sample());
        assertEquals(1, settings.temperature());
        assertEquals(50, settings.topK());
        assertEquals(1, settings.topP());
        assertEquals(0, settings.minP());
        assertEquals(1, settings.repetitionPenalty());
        assertEquals(Integer.MAX_VALUE, settings.maxNewTokens());
        assertEquals(Integer.MAX_VALUE, settings.maxLength());
        assertFalse(
                GenerationSettings.of(builder().doSample(true).temperature(0).build())
                        .sample());
    }

    @Test
    void rangesAreChecked() {
        rejects(
                "temperature must be at least 0 and finite, but is -1.0",
                () -> builder().temperature(-1));
        rejects(
                "temperature must be at least 0 and finite, but is NaN",
                () -> builder().temperature(Double.NaN));
        rejects(
                "temperature must be at least 0 and finite, but is Infinity",
                () -> builder().temperature(Double.POSITIVE_INFINITY));
        rejects("topK must be at least 0, but is -1", () -> builder().topK(-1));
        rejects("topP must be in 0.0..1.0, but is 1.1", () -> builder().topP(1.1));
        rejects("minP must be in 0.0..1.0, but is -0.1", () -> builder().minP(-0.1));
        rejects(
                "repetitionPenalty must be above 0 and finite, but is 0.0",
                () -> builder().repetitionPenalty(0));
        rejects(
                "presencePenalty must be in -100.0..100.0, but is 101.0",
                () -> builder().presencePenalty(101));
        rejects(
                "frequencyPenalty must be in -100.0..100.0, but is NaN",
                () -> builder().frequencyPenalty(Double.NaN));
        rejects(
                "logitBias must be in -1000.0..1000.0, but is Infinity",
                () -> builder().logitBias(1, Double.POSITIVE_INFINITY));
        rejects(
                "logitBias token id must be at least 0, but is -1",
                () -> builder().logitBias(-1, 1));
        rejects("maxNewTokens must be at least 1, but is 0", () -> builder().maxNewTokens(0));
        rejects("maxLength must be at least 1, but is 0", () -> builder().maxLength(0));
        rejects("stopStrings must not contain an empty text", () -> builder().stopStrings("a", ""));
        rejects(
                "stopStrings must not contain half a surrogate pair",
                () -> builder().stopStrings("\uDE00"));
        rejects("stopIds must be at least 0, but is -2", () -> builder().stopIds(List.of(1, -2)));
        rejects("logprobs must be at least 0, but is -1", () -> builder().logprobs(-1));
        rejects("logprobs must be at most 1000, but is 1001", () -> builder().logprobs(1001));
    }

    private static void rejects(String message, Executable setter) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, setter).getMessage());
    }
}

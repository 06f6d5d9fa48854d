package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GenerationOptions;
import io.github.glmjava.weights.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationConfigReaderTest {
    private static final String FULL = """
            {"eos_token_id": [2, 6638, 6640], "pad_token_id": 0, "do_sample": true, "temperature": 0.8,
             "top_k": 40, "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.1, "max_length": 512,
             "max_new_tokens": 100, "stop_strings": "END", "transformers_version": "4.30.2"}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private GenerationDefaults read(String json) throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), json);
        return GenerationConfigReader.read(folder);
    }

    private String failure(String json) {
        return assertThrows(CheckpointException.class, () -> read(json)).toString();
    }

    @Test
    void readsAllFields() throws IOException {
        GenerationDefaults defaults = read(FULL);
        assertEquals(List.of(2, 6638, 6640), defaults.endOfSequence());
        assertEquals(OptionalInt.of(0), defaults.padding());
        assertEquals(
                GenerationOptions.builder()
                        .doSample(true)
                        .temperature(0.8)
                        .topK(40)
                        .topP(0.9)
                        .minP(0.05)
                        .repetitionPenalty(1.1)
                        .maxLength(512)
                        .maxNewTokens(100)
                        .stopStrings("END")
                        .build(),
                defaults.options());
    }

    @Test
    void aMissingFileSaysNothing() throws IOException {
        assertEquals(GenerationDefaults.none(), GenerationConfigReader.read(folder));
    }

    @Test
    void nullIsAbsentAndAbsentDoSampleIsGreedy() throws IOException {
        GenerationDefaults defaults = read(
                "{\"temperature\": 0.7, \"top_p\": null, \"eos_token_id\": null, \"pad_token_id\": -1, \"do_sample\": null}");
        assertEquals(
                GenerationOptions.builder().doSample(false).temperature(0.7).build(), defaults.options());
        assertEquals(List.of(), defaults.endOfSequence());
        assertEquals(OptionalInt.empty(), defaults.padding());
        assertFalse(GenerationSettings.of(defaults.options()).sample());
    }

    @Test
    void oneEndOfSequenceIsAListOfOne() throws IOException {
        assertEquals(List.of(130005), read("{\"eos_token_id\": 130005}").endOfSequence());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "3",
                "null",
                "{",
                "{\"top_k\": 5",
                "{} x",
                "{\"top_k\": 5, \"top_k\": 6}",
                "{\"top_p\": NaN}",
                "\u0000",
                "{'a': 1}",
            })
    void malformedJsonNamesTheFile(String json) {
        assertTrue(failure(json).contains("generation_config.json: "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "do_sample | 1 | true or false",
                "do_sample | \"yes\" | true or false",
                "temperature | \"0.8\" | a number",
                "temperature | -0.5 | at least 0",
                "temperature | 1e999 | finite",
                "temperature | 1" + "e99999999 | finite",
                "temperature | true | a number",
                "temperature | [1] | a number",
                "top_k | 5.0 | integer",
                "top_k | -1 | at least 0",
                "top_k | 99999999999 | integer",
                "top_k | 999999999999999999999999999999 | integer",
                "top_p | 1.5 | in 0.0..1.0",
                "min_p | -1 | in 0.0..1.0",
                "repetition_penalty | 0 | above 0",
                "max_length | 0 | at least 1",
                "max_new_tokens | -3 | at least 1",
                "eos_token_id | -1 | at least 0",
                "eos_token_id | [1, \"2\"] | integer",
                "eos_token_id | [1, null] | integer",
                "eos_token_id | [[1]] | integer",
                "eos_token_id | {} | integer",
                "eos_token_id | 4294967296 | integer",
                "pad_token_id | -2 | at least 0",
                "pad_token_id | 1.5 | integer",
                "stop_strings | 5 | a string",
                "stop_strings | [\"a\", 5] | a string",
                "stop_strings | \"\" | empty",
            })
    void malformedFieldsAreNamed(String field, String value, String expected) {
        String message = failure("{\"" + field + "\": " + value + "}");
        assertTrue(message.contains("generation_config.json: field " + field + ": "), message);
        assertTrue(message.contains(expected), message);
    }

    @Test
    void hostileFilesEndInOneException() {
        assertTrue(failure("{\"a\": " + "[".repeat(500_000)).contains("not valid JSON"));
        assertTrue(failure("{\"temperature\": " + "9".repeat(500_000) + "}").contains("not valid JSON"));
        assertTrue(failure("{\"a\": \"" + "x".repeat(2_000_000) + "\"}").contains("longer than"));
    }

    @Test
    void mutatedFilesAreReadOrRejected() throws IOException {
        Random random = new Random(31);
        byte[] valid = FULL.getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("generation_config.json");
        int rejected = 0;
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = valid.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, bytes);
            try {
                GenerationConfigReader.read(folder);
            } catch (CheckpointException e) {
                rejected++;
            }
        }
        assertTrue(rejected > 300);
    }

    @Test
    void warnsOnceOfWhatIsNotSupported() throws IOException {
        String log = logOf("{\"num_beams\": 4, \"typical_p\": 0.9, \"no_repeat_ngram_size\": 3, \"penalty_alpha\": 0.6,"
                + " \"suppress_tokens\": [1], \"min_length\": 5, \"x\": 1}");
        assertEquals(1, log.lines().count(), log);
        assertTrue(
                log.contains(
                        "[min_length, no_repeat_ngram_size, num_beams, penalty_alpha, suppress_tokens, typical_p]"),
                log);
    }

    @Test
    void doesNotWarnOfHarmlessValues() throws IOException {
        assertEquals(
                "",
                logOf("{\"num_beams\": 1, \"typical_p\": 1.0, \"no_repeat_ngram_size\": 0, \"penalty_alpha\": null,"
                        + " \"suppress_tokens\": [], \"remove_invalid_values\": false, \"use_cache\": true}"));
    }

    private String logOf(String json) throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            read(json);
        } finally {
            System.setErr(before);
        }
        return log.toString(StandardCharsets.UTF_8);
    }
}

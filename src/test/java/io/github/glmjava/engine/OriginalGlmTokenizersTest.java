package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.FillResult;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GlmModel;
import io.github.glmjava.fixture.ByteAlphabet;
import io.github.glmjava.fixture.OriginalGlmCheckpoint;
import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An original GLM with the tokenizers of BERT and RoBERTa, in folders as they are published. */
class OriginalGlmTokenizersTest {
    private static final int ORDINARY = 300;

    private static final GenerationOptions GREEDY =
            GenerationOptions.builder().doSample(false).maxNewTokens(12).build();

    @TempDir
    private Path folder;

    private OriginalGlmCheckpoint write() throws IOException {
        OriginalGlmCheckpoint checkpoint = OriginalGlmCheckpoint.write(folder, 7, ORDINARY);
        addedTokens(checkpoint, "<|startofpiece|>", "<|endofpiece|>");
        return checkpoint;
    }

    private void addedTokens(OriginalGlmCheckpoint checkpoint, String... names) throws IOException {
        ObjectNode tokens = JsonMapper.shared().createObjectNode();
        for (String name : names) {
            tokens.put(name, checkpoint.id(name));
        }
        Files.writeString(folder.resolve("added_tokens.json"), tokens.toString());
    }

    private void configure(Map<String, ?> fields) throws IOException {
        Files.writeString(
                folder.resolve("tokenizer_config.json"), JsonMapper.shared().writeValueAsString(fields));
    }

    /** 0: [PAD], 1: [UNK], 2: [CLS], 3: [SEP], 4: [MASK], 5 to 30: a to z, then what continues words, then words. */
    private List<String> bert() {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        for (char letter = 'a'; letter <= 'z'; letter++) {
            tokens.add(String.valueOf(letter));
        }
        for (char letter = 'a'; letter <= 'z'; letter++) {
            tokens.add("##" + letter);
        }
        while (tokens.size() < ORDINARY) {
            tokens.add("word" + tokens.size());
        }
        return tokens;
    }

    private void writeBert(List<String> tokens) throws IOException {
        Files.write(folder.resolve("vocab.txt"), tokens);
    }

    private static void assertFills(GlmModel model, String text, int... ids) {
        assertArrayEquals(
                ids,
                model.promptFormat().encodeBlanks(text).ids().stream()
                        .mapToInt(Integer::intValue)
                        .toArray());
        FillResult result = model.fill(text, GREEDY);
        FillResult byIds = model.fill(ids, GREEDY);
        assertEquals(byIds.spans(), result.spans());
        assertEquals(1, result.spans().size());
    }

    @Test
    void bertFillsWithItsOwnFrame() throws IOException {
        OriginalGlmCheckpoint checkpoint = write();
        writeBert(bert());
        for (String config : List.of("", "tokenizer_class", "auto_map")) {
            if (config.equals("tokenizer_class")) {
                configure(Map.of("tokenizer_class", "GLMBertTokenizer", "cls_token", "[CLS]", "pad_token", "[PAD]"));
            } else if (config.equals("auto_map")) {
                List<String> classes = Collections.singletonList("tokenization_glm.GLMBertTokenizer");
                configure(Map.of("auto_map", Map.of("AutoTokenizer", classes)));
            }
            try (GlmModel model = GlmModel.load(folder)) {
                assertFills(model, "A b\u00e9a [MASK] c [gMASK]", 2, 5, 6, 35, 31, 4, 7, 1, 11, 43, 31, 49, 41, 1, 3);
            }
        }
        try (GlmModel model = GlmModel.load(folder)) {
            FillResult result = model.fill("A  b [MASK] c", GREEDY);
            String span = result.spans().getFirst().text();
            assertEquals("A  b " + (span.isEmpty() ? "c" : span + " c"), result.text());
            // Of ids only words are left, with spaces between.
            IntStream.Builder completed = IntStream.builder().add(5).add(6);
            result.spans().getFirst().ids().forEach(completed::add);
            assertEquals(
                    model.tokenizer().decode(completed.add(7).build().toArray()),
                    model.fill(new int[] {2, 5, 6, 4, 7, 3}, GREEDY).text());
            assertArrayEquals(
                    new int[] {2, 5, 4, 3, checkpoint.id("<|startofpiece|>")},
                    model.promptFormat().encodeText("a"));
            assertArrayEquals(
                    new int[] {checkpoint.id("<|endofpiece|>"), 0},
                    model.promptFormat().stopIds());
        }
    }

    /** The vocabulary may have all special tokens itself. */
    @Test
    void bertNeedsNoAddedTokens() throws IOException {
        write();
        Files.delete(folder.resolve("added_tokens.json"));
        List<String> tokens = bert();
        writeBert(tokens);
        assertRefused(CheckpointException.class, "added_tokens.json", "no such file");
        tokens.set(298, "<|startofpiece|>");
        tokens.set(299, "<|endofpiece|>");
        writeBert(tokens);
        try (GlmModel model = GlmModel.load(folder)) {
            assertFills(model, "a [MASK]", 2, 5, 4, 3);
            assertArrayEquals(new int[] {299, 0}, model.promptFormat().stopIds());
        }
    }

    @Test
    void namesComeFromTheTokenizersConfiguration() throws IOException {
        write();
        List<String> tokens = bert();
        tokens.set(200, "<blank>");
        tokens.set(201, "<begin>");
        tokens.set(202, "<end>");
        writeBert(tokens);
        configure(Map.of(
                "tokenizer_class",
                "GLMBertTokenizer",
                "mask_token",
                Map.of("content", "<blank>", "lstrip", true),
                "cls_token",
                "<begin>",
                "sep_token",
                "<end>",
                "eos_token",
                "[SEP]"));
        try (GlmModel model = GlmModel.load(folder)) {
            assertFills(model, "a <blank>b", 201, 5, 200, 6, 202);
            assertEquals(3, model.promptFormat().stopIds()[1]);
        }
        configure(Map.of("tokenizer_class", "GLMBertTokenizer", "cls_token", "<start>"));
        assertRefused(CheckpointException.class, "no special token <start>");
        configure(Map.of("tokenizer_class", "GLMBertTokenizer", "mask_token", ""));
        assertRefused(CheckpointException.class, "tokenizer_config.json", "\"mask_token\" is empty");
    }

    @Test
    void robertaFillsWithItsOwnFrame() throws IOException {
        OriginalGlmCheckpoint checkpoint = write();
        addedTokens(checkpoint, "<|startofpiece|>", "<|endofpiece|>", "[MASK]");
        ObjectNode vocabulary = JsonMapper.shared().createObjectNode();
        for (String character : ByteAlphabet.characters()) {
            vocabulary.put(character, vocabulary.size());
        }
        vocabulary.put("\u0120b", 256);
        vocabulary.put("<s>", 290);
        vocabulary.put("<pad>", 291);
        vocabulary.put("</s>", 292);
        vocabulary.put("<unk>", 293);
        vocabulary.put("<mask>", 294);
        Files.writeString(folder.resolve("vocab.json"), vocabulary.toString());
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n\u0120 b\n");
        int mask = checkpoint.id("[MASK]");
        for (boolean configured : List.of(false, true)) {
            if (configured) {
                configure(Map.of("tokenizer_class", "GLMRobertaTokenizer", "mask_token", "[MASK]"));
            }
            try (GlmModel model = GlmModel.load(folder)) {
                assertFills(model, "a [MASK] b", 290, 'a', mask, 256, 292);
                assertArrayEquals(
                        new int[] {checkpoint.id("<|endofpiece|>"), 292},
                        model.promptFormat().stopIds());
                assertEquals("a b", model.tokenizer().decode(290, 'a', 291, 293, 294, mask, 256, 292));
                String text = model.fill("a [MASK] b", GREEDY).text();
                assertTrue(text.startsWith("a ") && text.endsWith("b"), text);
            }
        }
        // The default of RoBERTa itself, which is in the vocabulary.
        configure(Map.of("tokenizer_class", "GLMRobertaTokenizer", "mask_token", "<mask>"));
        try (GlmModel model = GlmModel.load(folder)) {
            assertFills(model, "a <mask> b", 290, 'a', 294, 256, 292);
        }
    }

    @Test
    void whatIsNotATokenizerIsRefused() throws IOException {
        OriginalGlmCheckpoint checkpoint = write();
        addedTokens(checkpoint, "<|startofpiece|>", "<|endofpiece|>", "[MASK]");
        configure(Map.of("tokenizer_class", "GLMWordTokenizer"));
        assertRefused(CheckpointException.class, "tokenizer_config.json", "\"GLMWordTokenizer\"", "GLMBertTokenizer");

        // A class that is known without its file: ids can be used, texts cannot.
        configure(Map.of("tokenizer_class", "GLMBertTokenizer"));
        try (GlmModel model = GlmModel.load(folder)) {
            assertEquals(
                    1,
                    model.fill(new int[] {1, checkpoint.id("[MASK]")}, GREEDY)
                            .spans()
                            .size());
            Throwable error = assertThrows(IllegalStateException.class, () -> model.fill("a [MASK]"));
            assertTrue(String.valueOf(error.getMessage()).contains("vocab.txt of BERT"), error.getMessage());
        }

        writeBert(List.of("[PAD]", "[UNK]", "a", "a"));
        assertRefused(TokenizerException.class, "vocab.txt", "lines 3 and 4");
        writeBert(List.of("[PAD]", "[UNK]", "[SEP]", "a"));
        assertRefused(CheckpointException.class, "no special token [CLS]");
        List<String> tooMany = bert();
        while (tooMany.size() < 1000) {
            tooMany.add("word" + tooMany.size());
        }
        tooMany.set(999, "[MASK]");
        tooMany.set(4, "x0");
        addedTokens(checkpoint, "<|startofpiece|>", "<|endofpiece|>");
        writeBert(tooMany);
        assertRefused(CheckpointException.class, "vocab_size", "999, the id of [MASK]");
    }

    private void assertRefused(Class<? extends IOException> type, String... saying) {
        Throwable error = assertThrows(type, () -> GlmModel.load(folder).close());
        String message = String.valueOf(error.getMessage());
        for (String part : Set.of(saying)) {
            assertTrue(message.contains(part), () -> "\"" + message + "\" does not say \"" + part + "\"");
        }
    }
}

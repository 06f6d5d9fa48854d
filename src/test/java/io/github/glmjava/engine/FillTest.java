package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.FillResult;
import io.github.glmjava.FilledSpan;
import io.github.glmjava.FinishReason;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.fixture.ByteAlphabet;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.fixture.OriginalGlmCheckpoint;
import io.github.glmjava.fixture.SharedFiles;
import io.github.glmjava.reference.ReferenceModel;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Filling blanks with an original GLM. */
class FillTest {
    private static final int TOKENS = 16;

    private static final GenerationOptions GREEDY =
            GenerationOptions.builder().doSample(false).maxNewTokens(TOKENS).build();

    @TempDir
    private Path folder;

    /** Inputs of the published code that end where the filling of a blank begins. */
    @Test
    void fillsWhatThePublishedCodeDoes() throws IOException {
        GoldenCase golden = GoldenCase.open("glm_original_blank");
        int compared = 0;
        try (GlmModel model = GlmModel.load(golden.folder())) {
            for (int input = 0; input < golden.inputs(); input++) {
                int[] ids = golden.inputIds(input);
                if (ids[ids.length - 1] == 123) {
                    FillResult result = model.fill(Arrays.copyOf(ids, ids.length - 1), GREEDY);
                    FilledSpan span = result.spans().getFirst();
                    assertEquals(1, result.spans().size());
                    assertEquals(Arrays.stream(golden.greedyIds(input)).boxed().toList(), span.ids());
                    assertEquals(FinishReason.LENGTH, span.finishReason());
                    compared++;
                }
            }
        }
        assertEquals(3, compared);
    }

    /** Several blanks, with the double-precision model as the judge of every token. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void fillsSeveralBlanksAsTheReferenceWould(long seed) throws IOException {
        OriginalGlmCheckpoint checkpoint = OriginalGlmCheckpoint.write(folder, seed);
        ReferenceModel reference = ReferenceModel.open(folder);
        Random random = new Random(seed);
        int[] text = random.ints(20, 0, checkpoint.ordinary()).toArray();
        text[3] = checkpoint.id("[MASK]");
        text[8] = checkpoint.id("[sMASK]");
        text[15] = checkpoint.id("[gMASK]");
        FillResult result;
        try (GlmModel model = GlmModel.load(folder)) {
            result = model.fill(text, GREEDY);
        }
        assertEquals(3, result.spans().size());
        List<Integer> sequence = new ArrayList<>(Arrays.stream(text).boxed().toList());
        for (FilledSpan span : result.spans()) {
            sequence.add(checkpoint.id("<|startofpiece|>"));
            int[] prompt = sequence.stream().mapToInt(Integer::intValue).toArray();
            List<Integer> expected = new ArrayList<>();
            boolean ends = false;
            for (int id : reference.greedy(prompt, TOKENS)) {
                ends |= id == checkpoint.id("<|endofpiece|>") || id == checkpoint.id("<|endoftext|>");
                if (!ends) {
                    expected.add(id);
                }
            }
            assertEquals(expected, span.ids());
            assertEquals(ends ? FinishReason.STOP : FinishReason.LENGTH, span.finishReason());
            sequence.addAll(span.ids());
        }
    }

    @Test
    void aFullContextLeavesLaterBlanksEmpty() throws IOException {
        OriginalGlmCheckpoint checkpoint = OriginalGlmCheckpoint.write(folder, 1);
        int[] text = new int[180];
        text[3] = checkpoint.id("[MASK]");
        text[8] = checkpoint.id("[MASK]");
        GenerationOptions endless = GenerationOptions.builder()
                .doSample(false)
                .logitBias(checkpoint.id("<|endofpiece|>"), Double.NEGATIVE_INFINITY)
                .logitBias(checkpoint.id("<|endoftext|>"), Double.NEGATIVE_INFINITY)
                .build();
        try (GlmModel model = GlmModel.load(folder)) {
            List<FilledSpan> spans = model.fill(text, endless).spans();
            // 180 of 200 positions, one for the start token, 19 fed and one that is not
            assertEquals(20, spans.get(0).ids().size());
            assertEquals(FinishReason.LENGTH, spans.get(0).finishReason());
            assertEquals(new FilledSpan("", List.of(), FinishReason.LENGTH), spans.get(1));
        }
    }

    @Test
    void whatCannotBeFilledIsAnError() throws IOException {
        OriginalGlmCheckpoint checkpoint = OriginalGlmCheckpoint.write(folder, 1);
        try (GlmModel model = GlmModel.load(folder)) {
            assertThrows(IllegalArgumentException.class, () -> model.fill(new int[] {1, 2}, GREEDY));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> model.fill(new int[] {checkpoint.id("[MASK]"), checkpoint.id("<|startofpiece|>")}, GREEDY));
            int[] tooLong = new int[200];
            tooLong[0] = checkpoint.id("[MASK]");
            assertThrows(IllegalArgumentException.class, () -> model.fill(tooLong, GREEDY));
            assertThrows(IllegalStateException.class, () -> model.fill("a [MASK]"));
        }
        try (GlmModel chat = GlmModel.load(GoldenCase.open("chatglm3_bf16").folder())) {
            Throwable error = assertThrows(UnsupportedOperationException.class, () -> chat.fill(new int[] {1}, GREEDY));
            assertTrue(String.valueOf(error.getMessage()).contains("ChatGLM3"), error.getMessage());
        }
    }

    /** With a tokenizer in GPT-2's two files, as glm-10b has it: the end of a text is a token of GPT-2's own. */
    @Test
    void textGoesThroughATokenizerOfGpt2() throws IOException {
        OriginalGlmCheckpoint checkpoint = OriginalGlmCheckpoint.write(folder, 7, 256);
        ObjectNode vocabulary = JsonMapper.shared().createObjectNode();
        for (String character : ByteAlphabet.characters()) {
            vocabulary.put(character, vocabulary.size());
        }
        vocabulary.put("<|endoftext|>", checkpoint.id("<|endoftext|>"));
        Files.writeString(folder.resolve("vocab.json"), vocabulary.toString());
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
        Path added = folder.resolve("added_tokens.json");
        ObjectNode tokens = (ObjectNode) JsonMapper.shared().readTree(Files.readString(added));
        tokens.remove("<|endoftext|>");
        Files.writeString(added, tokens.toString());
        try (GlmModel model = GlmModel.load(folder)) {
            int[] ids = {checkpoint.id("[CLS]"), 'a', checkpoint.id("[MASK]"), 'b', checkpoint.id("<|endoftext|>")};
            FillResult result = model.fill("a [MASK] b", GREEDY);
            assertEquals(model.fill(ids, GREEDY).spans(), result.spans());
            assertTrue(result.text().startsWith("a ") && result.text().endsWith("b"), result.text());
        }
        Files.delete(added);
        Throwable error = assertThrows(CheckpointException.class, () -> GlmModel.load(folder));
        assertTrue(String.valueOf(error.getMessage()).contains("added_tokens.json"), error.getMessage());
    }

    /** With the tokenizer of glm-10b-chinese, whose special tokens follow its 50,000 pieces. */
    @Test
    void textGoesThroughThePublishedTokenizer() throws IOException {
        Path file = SharedFiles.require("tokenizers/glm-10b-chinese/cog-pretrain.model");
        OriginalGlmCheckpoint.write(folder, 5, 50_000);
        Files.copy(file, folder.resolve(file.getFileName()));
        SentencePieceTokenizer pieces = SentencePieceTokenizer.load(file);
        // The arch of triumph stands in Milan; built in 1807 in memory of [MASK]; 25 meters high.
        String before = "凯旋门位于意大利米兰市古城堡旁。1807年为纪念";
        String behind = "而建，门高25米。";
        List<Integer> text = new ArrayList<>(List.of(50_002));
        Arrays.stream(pieces.encode(before)).forEach(text::add);
        text.add(50_003);
        Arrays.stream(pieces.encode(behind)).forEach(text::add);
        text.addAll(List.of(50_009, 50_000));
        int[] ids = text.stream().mapToInt(Integer::intValue).toArray();
        try (GlmModel model =
                GlmModel.load(folder, LoadOptions.builder().threads(1).build())) {
            FillResult result = model.fill(before + " [MASK] " + behind + "[gMASK]", GREEDY);
            FillResult byIds = model.fill(ids, GREEDY);
            assertEquals(byIds.spans(), result.spans());
            String first = result.spans().get(0).text();
            String second = result.spans().get(1).text();
            assertEquals(
                    pieces.decode(result.spans().get(0).ids().stream()
                            .filter(id -> id < 50_000)
                            .mapToInt(Integer::intValue)
                            .toArray()),
                    first);
            assertEquals(
                    (before + " " + first.stripLeading() + " " + behind + second).strip(),
                    result.text().strip());
        }
    }
}

package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedInputStream;
import io.github.glmjava.ConversionOptions;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.GlmModel;
import io.github.glmjava.demo.DemoModel;
import io.github.glmjava.fixture.GgufWriter;
import io.github.glmjava.fixture.SmallGguf;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers that lie in GGUF files: the ids and prompts of the published files, text from one file, clear errors. */
class GgufTokenizerTest {
    @TempDir
    Path temporary;

    private static GenerationRequest greedy(String text) {
        return GenerationRequest.ofText(text)
                .withOptions(GenerationOptions.builder()
                        .doSample(false)
                        .maxNewTokens(24)
                        .build());
    }

    @Test
    void bytePairsAndTheTemplateMakePrompts() throws IOException {
        Path file = temporary.resolve("model.gguf");
        new SmallGguf().write(file);
        Path folder = temporary.resolve("converted");
        GlmModel.convert(file, folder, ConversionOptions.builder().build());
        // Bytes are themselves, "the" is one token by two merges, "’" three bytes; the name of a control token in a
        // message stays text.
        int[] expected = {301, 302, 303, '\n', 257, ' ', '<', '|', 'u', 's', 'e', 'r', '|', '>', 0xE2, 0x80, 0x99, 304};
        for (Path source : List.of(file, folder)) {
            try (GlmModel model = GlmModel.load(source)) {
                PromptFormat format = model.promptFormat();
                assertArrayEquals(expected, format.encodeChat(List.of(ChatMessage.user("the <|user|>’"))));
                assertArrayEquals(new int[] {257, ' ', 257}, format.encodeText("the the"));
                assertEquals("the the", model.tokenizer().decode(257, ' ', 257));
                GenerationResult result = model.generate(greedy("the"));
                assertTrue(result.ids().length > 0);
            }
        }
        try (GlmModel model = GlmModel.load(file);
                GlmModel converted = GlmModel.load(folder)) {
            assertEquals(
                    model.generate(greedy("a b")).text(),
                    converted.generate(greedy("a b")).text());
            assertArrayEquals(model.logits(1, 2, 3), converted.logits(1, 2, 3));
        }
    }

    @Test
    void whatIsPutAroundATextIsRespected() throws IOException {
        Path file = temporary.resolve("model.gguf");
        new SmallGguf()
                .with(writer -> writer.put("tokenizer.ggml.add_bos_token", true)
                        .put("tokenizer.ggml.bos_token_id", 301)
                        .put("tokenizer.ggml.add_eos_token", true)
                        .put("tokenizer.ggml.eos_token_id", 300))
                .write(file);
        try (GlmModel model = GlmModel.load(file)) {
            assertArrayEquals(new int[] {301, 257, 300}, model.promptFormat().encodeText("the"));
        }
    }

    @Test
    void anOpenTextNeedsNoTemplate() throws IOException {
        Path file = temporary.resolve("model.gguf");
        new SmallGguf().withTemplate(null).write(file);
        try (GlmModel model = GlmModel.load(file)) {
            assertTrue(model.generate(GenerationRequest.ofCompletion("the")
                                    .withOptions(GenerationOptions.builder()
                                            .doSample(false)
                                            .maxNewTokens(3)
                                            .build()))
                            .ids()
                            .length
                    > 0);
            IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> model.generate("the"));
            assertTrue(String.valueOf(error.getMessage()).contains("no chat template"), error::getMessage);
        }
    }

    /** Nothing merges to "xyz"; the code that works with ranks takes a word that is a token all the same. */
    @Test
    void aWordIsTakenAtOnceOnlyWhereRanksMadeTheMerges() throws IOException {
        Path file = temporary.resolve("model.gguf");
        new SmallGguf()
                .withToken(258, "xyz")
                .withMerges(List.of("t h", "th e", "x y z"))
                .write(file);
        try (GlmModel model = GlmModel.load(file)) {
            assertArrayEquals(new int[] {258}, model.promptFormat().encodeText("xyz"));
            assertArrayEquals(
                    new int[] {'x', 'y', 'z', 'z'}, model.promptFormat().encodeText("xyzz"));
        }
        new SmallGguf().withToken(258, "xyz").write(file);
        try (GlmModel model = GlmModel.load(file)) {
            assertArrayEquals(new int[] {'x', 'y', 'z'}, model.promptFormat().encodeText("xyz"));
        }
    }

    @Test
    void malformedTokenizersAreRefused() {
        refuse("'tokenizer.ggml.model' is 'bert', expected gpt2", small -> small.withModel("bert"));
        refuse(
                "'tokenizer.ggml.pre' is 'llama-bpe', expected chatglm-bpe or glm4",
                small -> small.withSplitter("llama-bpe"));
        refuse("'tokenizer.ggml.token_type' is missing", small -> small.withTypes());
        refuse("one type for each of 305 tokens, found 2", small -> small.withTypes(1, 1));
        refuse("found 9 of token 1", small -> small.withType(1, 9));
        refuse("no token of type 6 among byte pairs, found 3", small -> small.withType(3, 6));
        refuse("'tokenizer.ggml.merges' is missing", small -> small.withMerges(null));
        refuse("merges[0]", small -> small.withMerges(List.of("t")));
        refuse("is not in the vocabulary", small -> small.withMerges(List.of("t q")));
        refuse("no token twice, found token 256 a second time", small -> small.withToken(7, "th"));
        refuse("no token for the single byte", small -> small.withToken(7, "other"));
        refuse("a token of 0 characters", small -> small.withToken(280, ""));
        refuse("is a list of 400, expected at most 320", small -> small.withTokens(400));
        refuse("tokenizer.chat_template", small -> small.withTemplate("{% for %}"));
        refuse(
                "'tokenizer.ggml.bos_token_id' is 305, expected a whole number from 0 to 304",
                small -> small.with(writer ->
                        writer.put("tokenizer.ggml.add_bos_token", true).put("tokenizer.ggml.bos_token_id", 305)));
    }

    private void refuse(String message, UnaryOperator<SmallGguf> change) {
        Path file = temporary.resolve("bad.gguf");
        IOException error = assertThrows(IOException.class, () -> {
            change.apply(new SmallGguf()).write(file);
            GlmModel.load(file).close();
        });
        assertTrue(String.valueOf(error.getMessage()).contains(message), error::getMessage);
        assertTrue(String.valueOf(error.getMessage()).contains("bad.gguf"), error::getMessage);
    }

    /** The demo model, a ChatGLM3, whose tokenizer is of SentencePiece. */
    @Test
    void piecesMakeTheDemoModelsPoems() throws IOException {
        Path file = temporary.resolve("poet.gguf");
        pieces(demo(), 0).write(file);
        Path folder = temporary.resolve("converted");
        GlmModel.convert(file, folder, ConversionOptions.builder().build());
        try (GlmModel published = GlmModel.load(DemoModel.folder())) {
            String expected = published.generate(greedy("续写：床前明月光，")).text();
            int[] ids = published.promptFormat().encodeText(" 明月\n moon x");
            for (Path source : List.of(file, folder)) {
                try (GlmModel model = GlmModel.load(source)) {
                    assertEquals(expected, model.generate(greedy("续写：床前明月光，")).text());
                    assertArrayEquals(ids, model.promptFormat().encodeText(" 明月\n moon x"));
                    assertEquals("ChatGLM3", model.info().family());
                }
            }
        }
        Path bad = temporary.resolve("bad.gguf");
        pieces(demo(), 1).write(bad);
        IOException error = assertThrows(IOException.class, () -> GlmModel.load(bad));
        assertTrue(
                String.valueOf(error.getMessage()).contains("the pieces of ChatGLM3 with [[MASK], [gMASK]"),
                error::getMessage);
    }

    /** The demo model's weights under the names of GGUF. */
    private static GgufWriter demo() throws IOException {
        GgufWriter writer = new GgufWriter();
        try (Checkpoint checkpoint = Checkpoint.open(DemoModel.folder())) {
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                if (!tensor.name().endsWith("inv_freq")) {
                    writer.tensor(
                            GgufModelTest.ggufName(tensor.name()),
                            tensor.dtype(),
                            tensor.shape(),
                            tensor.data().toArray(ValueLayout.JAVA_BYTE));
                }
            }
        }
        try (GlmModel model = GlmModel.load(DemoModel.folder())) {
            writer.put("general.architecture", "chatglm")
                    .put("chatglm.context_length", model.info().contextLength())
                    .put("chatglm.embedding_length", model.info().hiddenSize())
                    .put("chatglm.block_count", model.info().layers())
                    .put("chatglm.attention.head_count", model.info().heads())
                    .put("chatglm.attention.head_count_kv", model.info().queryGroups())
                    .put("chatglm.feed_forward_length", model.info().feedForwardSize())
                    .put("chatglm.rope.dimension_count", model.info().headSize() / 2)
                    .put("chatglm.attention.layer_norm_rms_epsilon", 1e-5f)
                    .put("tokenizer.ggml.eos_token_id", 2);
        }
        return writer;
    }

    /** The pieces of the demo model's file, then what the code adds, without the last {@code missing}, then padding. */
    private static GgufWriter pieces(GgufWriter writer, int missing) throws IOException {
        List<String> tokens = new ArrayList<>();
        List<Integer> types = new ArrayList<>();
        List<Float> scores = new ArrayList<>();
        CodedInputStream model = CodedInputStream.newInstance(
                Files.readAllBytes(DemoModel.folder().resolve("tokenizer.model")));
        for (int field = model.readTag(); field != 0; field = model.readTag()) {
            if (field != (1 << 3 | 2)) {
                model.skipField(field);
                continue;
            }
            int outside = model.pushLimit(model.readUInt32());
            int type = 1;
            for (int tag = model.readTag(); tag != 0; tag = model.readTag()) {
                switch (tag) {
                    case 1 << 3 | 2 -> tokens.add(model.readString());
                    case 2 << 3 | 5 -> scores.add(model.readFloat());
                    default -> type = model.readEnum();
                }
            }
            model.popLimit(outside);
            types.add(type);
        }
        List<String> added = List.of(
                "[MASK]",
                "[gMASK]",
                "[sMASK]",
                "sop",
                "eop",
                "<|system|>",
                "<|user|>",
                "<|assistant|>",
                "<|observation|>");
        for (String token : added.subList(0, added.size() - missing)) {
            tokens.add(token);
            types.add(3);
        }
        for (int i = 0; i < 3; i++) {
            tokens.add("[PAD" + tokens.size() + "]");
            types.add(5);
        }
        scores.addAll(Collections.nCopies(tokens.size() - scores.size(), 0f));
        float[] values = new float[scores.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scores.get(i);
        }
        return writer.put("tokenizer.ggml.model", "llama")
                .putTexts("tokenizer.ggml.tokens", tokens)
                .putIntegers(
                        "tokenizer.ggml.token_type",
                        types.stream().mapToInt(Integer::intValue).toArray())
                .putFloats("tokenizer.ggml.scores", values);
    }
}

package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.ChatOptions;
import io.github.glmjava.ChatSession;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.GlmModel;
import io.github.glmjava.fixture.BlankFillingCheckpoint;
import io.github.glmjava.fixture.SharedFiles;
import io.github.glmjava.reference.ReferenceModel;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tiny ChatGLM-6B with the published tokenizer, from text to text, in both numberings of the vocabulary. */
class ChatGlmChatTest {
    /** {@code <sop>} in the releases without image tokens. */
    private static final int START = 130_004;

    private static final int IMAGE_TOKENS = 20_000;

    private static final GenerationOptions GREEDY =
            GenerationOptions.builder().doSample(false).maxNewTokens(5).build();

    @TempDir
    private Path folder;

    private void writeModel(int imageTokens, String tokenizerConfig) throws IOException {
        Path tokenizer = SharedFiles.require("tokenizers/chatglm-6b/ice_text.model");
        BlankFillingCheckpoint.write(folder, 3, START + imageTokens, 130_528 + imageTokens);
        Files.copy(tokenizer, folder.resolve(tokenizer.getFileName()));
        if (!tokenizerConfig.isEmpty()) {
            Files.writeString(folder.resolve("tokenizer_config.json"), tokenizerConfig);
        }
    }

    /** The prompts are the published code's, and the answers what the double-precision model says to them. */
    @Test
    void aConversationIsTheFamilysPrompt() throws IOException {
        writeModel(0, "{\"num_image_tokens\": 0}");
        ReferenceModel reference = ReferenceModel.open(folder);
        try (GlmModel model = GlmModel.load(folder);
                ChatSession chat =
                        model.chat(ChatOptions.builder().generation(GREEDY).build())) {
            GenerationResult answer =
                    model.generate(GenerationRequest.ofText("你好").withOptions(GREEDY));
            assertArrayEquals(reference.greedy(new int[] {5, 74_874, START - 3, START}, 5), answer.ids());

            assertEquals(answer.answer(), chat.send("你好").answer());
            GenerationResult second = chat.send("再见");
            int[] longer = model.promptFormat()
                    .encodeChat(List.of(
                            ChatMessage.user("你好"), ChatMessage.assistant(answer.answer()), ChatMessage.user("再见")));
            assertEquals(longer.length, second.usage().promptTokens());
            assertArrayEquals(reference.greedy(longer, 5), second.ids());
        }
    }

    /** The first releases have ids of images before the pieces, and a tokenizer_config.json that does not say so. */
    @Test
    void imageTokensComeFirstWhereNothingSaysOtherwise() throws IOException {
        writeModel(IMAGE_TOKENS, "");
        try (GlmModel model = GlmModel.load(folder)) {
            int[] prompt = model.promptFormat().encodeText("你好");
            assertEquals(START + IMAGE_TOKENS, prompt[prompt.length - 1]);
            assertEquals(
                    5,
                    model.generate(GenerationRequest.ofText("你好").withOptions(GREEDY))
                            .ids()
                            .length);
        }
    }

    @Test
    void numberingsThatContradictEachOtherAreAnError() throws IOException {
        writeModel(0, "{}");
        CheckpointException error = assertThrows(CheckpointException.class, () -> GlmModel.load(folder));
        assertTrue(String.valueOf(error.getMessage()).contains("bos_token_id"), error.getMessage());
        assertTrue(String.valueOf(error.getMessage()).contains("num_image_tokens"), error.getMessage());
    }
}

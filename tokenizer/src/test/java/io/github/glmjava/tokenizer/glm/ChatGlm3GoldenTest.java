package io.github.glmjava.tokenizer.glm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.GoldenRows;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.SharedFiles;
import io.github.glmjava.tokenizer.ToolCall;
import io.github.glmjava.tokenizer.python.PythonJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** ChatGLM3: special tokens, prompts with roles and tools, answers. */
class ChatGlm3GoldenTest {
    private static final String FOLDER = "tokenizers/chatglm3-6b/";

    private static ChatGlm3PromptFormat format;

    @BeforeAll
    static void load() throws IOException {
        format = new ChatGlm3PromptFormat(
                SentencePieceTokenizer.load(SharedFiles.require("tokenizers/chatglm2-6b/tokenizer.model")));
    }

    @Test
    void agreesWithTheTokenizerClassOnTexts() {
        ChatGlm3Tokenizer tokenizer = format.tokenizer();
        for (JsonNode row : SharedFiles.rows(FOLDER + "hf_cases.jsonl")) {
            String text = row.get("text").asString();
            int[] ids = SharedFiles.ids(row, "hf_ids");
            assertArrayEquals(ids, format.encodeText(text), () -> "ids of " + row);
            int[] withRoles = SharedFiles.ids(row, "hf_ids_encode_special_tokens");
            assertArrayEquals(
                    Arrays.copyOfRange(withRoles, 2, withRoles.length),
                    tokenizer.encodeWithRoleTokens(text),
                    () -> "ids with roles of " + row);
            assertEquals(row.get("hf_decoded").asString(), tokenizer.decodeWithSpecialTokens(ids));
            assertEquals(row.get("sp_decoded").asString(), tokenizer.decodePrompt(ids));
        }
    }

    @Test
    void agreesWithTheTokenizerClassOnIds() {
        ChatGlm3Tokenizer tokenizer = format.tokenizer();
        for (JsonNode row : SharedFiles.rows(FOLDER + "hf_decode_cases.jsonl")) {
            int[] ids = SharedFiles.ids(row, "ids");
            assertEquals(row.get("hf_decoded").asString(), tokenizer.decodeWithSpecialTokens(ids), row::toString);
            assertEquals(row.get("hf_decoded"), row.get("hf_decoded_skip_special"));
            if (row.has("sp_decoded")) {
                assertEquals(row.get("sp_decoded").asString(), tokenizer.decodePrompt(ids), row::toString);
            }
            GoldenRows.assertStreams(tokenizer, tokenizer.decode(ids), ids);
        }
        GoldenRows.assertRandomIdsStream(tokenizer);
    }

    @Test
    void numbersSpecialTokensAsTheOriginal() {
        JsonNode special = SharedFiles.json(FOLDER + "special_tokens.json");
        for (var entry : special.get("special").properties()) {
            if (entry.getValue().asInt() >= special.get("sentencepiece_vocab").asInt()) {
                assertEquals(entry.getValue().asInt(), format.tokenizer().specialId(entry.getKey()));
            }
        }
        assertEquals(
                special.get("vocab_size_tokenizer").asInt(), format.tokenizer().vocabularySize());
        assertArrayEquals(SharedFiles.ids(special, "stop_token_ids"), format.stopIds());
    }

    @Test
    void encodesAllConversations() {
        for (JsonNode row : SharedFiles.rows(FOLDER + "chat.jsonl")) {
            List<ChatMessage> messages = Messages.of(row.get("messages"));
            int[] ids = format.encodeChat(messages);
            assertArrayEquals(SharedFiles.ids(row, "expected_ids"), ids, () -> "ids of " + row);
            assertEquals(row.get("expected_text").asString(), format.tokenizer().decodePrompt(ids));
            assertEquals(row.get("hf_decoded").asString(), format.tokenizer().decodeWithSpecialTokens(ids));
            assertContinues(messages, ids);
        }
    }

    /** A prompt is the prompt that ends with an earlier question, then answer and continuation. */
    private static void assertContinues(List<ChatMessage> messages, int[] ids) {
        int last = messages.size() - 1;
        while (last > 0 && messages.get(last).role() != ChatRole.ASSISTANT) {
            last--;
        }
        if (last > 0) {
            int[] continuation = format.encodeContinuation(
                    messages.subList(0, last + 1), messages.subList(last + 1, messages.size()));
            assertArrayEquals(Arrays.copyOfRange(ids, ids.length - continuation.length, ids.length), continuation);
        }
    }

    @Test
    void parsesAllAnswers() {
        for (JsonNode row : SharedFiles.rows(FOLDER + "process_response.jsonl")) {
            String answer = row.get("output").asString();
            List<ChatMessage> history = new ArrayList<>(Messages.of(row.get("history")));
            List<?> tools = ChatMessage.tools(history);
            Answer parsed = format.answerFormat().parse(answer, tools);
            history.addAll(format.answerFormat().messages(answer, parsed));
            assertEquals(Messages.of(row.get("expected_history")), history);
            JsonNode expected = row.get("expected_content");
            if (expected.isString()) {
                assertEquals(new Answer(expected.asString(), "", List.of()), parsed);
                continue;
            }
            ToolCall call = parsed.toolCalls().getLast();
            assertEquals(expected.get("name").asString(), call.name());
            if (expected.has("parameters")) {
                assertEquals(PythonJson.compact(SharedFiles.value(expected.get("parameters"))), call.argumentsJson());
            } else {
                assertEquals(expected.get("content").asString(), call.content());
            }
        }
    }

    @Test
    void worksWithTheSmallModelOfTheDemo() throws IOException {
        ChatGlm3PromptFormat poet =
                new ChatGlm3PromptFormat(SentencePieceTokenizer.load(SharedFiles.require("poet/tokenizer.model")));
        for (JsonNode row : SharedFiles.json("poet/examples.json").get("examples")) {
            List<ChatMessage> messages =
                    new ArrayList<>(row.has("history") ? Messages.of(row.get("history")) : List.of());
            messages.add(ChatMessage.user(row.get("prompt").asString()));
            assertArrayEquals(SharedFiles.ids(row, "input_ids"), poet.encodeChat(messages), row::toString);
            String answer = poet.tokenizer().decodeWithSpecialTokens(SharedFiles.ids(row, "output_ids"));
            assertEquals(
                    row.get("text").asString(),
                    poet.answerFormat().parse(answer, List.of()).text());
        }
    }
}

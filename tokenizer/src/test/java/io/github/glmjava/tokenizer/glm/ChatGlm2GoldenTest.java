package io.github.glmjava.tokenizer.glm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.GoldenRows;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.SharedFiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** ChatGLM2: the model file, the special tokens, the prompts, the answers. */
class ChatGlm2GoldenTest {
    private static final String FOLDER = "tokenizers/chatglm2-6b/";

    private static SentencePieceTokenizer file;
    private static ChatGlm2PromptFormat format;

    @BeforeAll
    static void load() throws IOException {
        file = SentencePieceTokenizer.load(SharedFiles.require(FOLDER + "tokenizer.model"));
        format = new ChatGlm2PromptFormat(file);
    }

    @Test
    void encodesAllTexts() {
        GoldenRows.assertEncodes(file, FOLDER + "cases.jsonl");
    }

    @Test
    void decodesAllIds() {
        GoldenRows.assertDecodes(file, FOLDER + "decode_cases.jsonl");
        GoldenRows.assertRandomIdsStream(file);
    }

    @Test
    void agreesWithTheTokenizerClass() {
        ChatGlm2Tokenizer tokenizer = format.tokenizer();
        for (JsonNode row : SharedFiles.rows(FOLDER + "hf_cases.jsonl")) {
            String text = row.get("text").asString();
            int[] ids = SharedFiles.ids(row, "hf_ids");
            assertArrayEquals(ids, format.encodeText(text), () -> "ids of " + row);
            assertArrayEquals(SharedFiles.ids(row, "hf_ids_no_special"), tokenizer.encode(text));
            GoldenRows.assertDecodes(tokenizer, row.get("hf_decoded").asString(), ids);
            assertEquals(row.get("hf_decoded"), row.get("hf_decoded_skip_special"));
        }
        for (JsonNode row : SharedFiles.rows(FOLDER + "hf_decode_cases.jsonl")) {
            GoldenRows.assertDecodes(tokenizer, row.get("hf_decoded").asString(), SharedFiles.ids(row, "ids"));
            assertEquals(row.get("hf_decoded"), row.get("hf_decoded_skip_special"));
        }
        GoldenRows.assertRandomIdsStream(tokenizer);
    }

    @Test
    void numbersSpecialTokensAsTheOriginal() {
        JsonNode special = SharedFiles.json(FOLDER + "special_tokens.json");
        for (String name : ChatGlm2Tokenizer.NAMES) {
            assertEquals(
                    special.get("special").get(name).asInt(), format.tokenizer().specialId(name));
        }
        assertEquals(
                special.get("vocab_size_tokenizer").asInt(), format.tokenizer().vocabularySize());
        assertArrayEquals(new int[] {special.get("eos_token_id").asInt()}, format.stopIds());
    }

    @Test
    void encodesAllConversations() {
        for (JsonNode row : SharedFiles.rows(FOLDER + "chat.jsonl")) {
            List<ChatMessage> messages = Messages.of(row.get("messages"));
            int[] expected = SharedFiles.ids(row, "expected_ids");
            int[] actual = switch (row.get("mode").asString()) {
                case "full" -> format.encodeChat(messages);
                case "stream_continuation" ->
                    format.encodeContinuation(messages.subList(0, messages.size() - 1), List.of(messages.getLast()));
                default -> throw new AssertionError("unknown mode in " + row);
            };
            assertArrayEquals(expected, actual, () -> "ids of " + row);
            if (row.has("expected_text")) {
                assertEquals(
                        row.get("expected_text").asString(), format.tokenizer().decode(actual));
            }
        }
    }

    @Test
    void cleansAllAnswers() {
        for (JsonNode row : SharedFiles.rows(FOLDER + "process_response.jsonl")) {
            assertEquals(
                    row.get("expected").asString(),
                    format.answerFormat()
                            .parse(row.get("input").asString(), List.of())
                            .text());
        }
    }

    @Test
    void hasThePiecesOfTheMetadata() {
        JsonNode meta = SharedFiles.json(FOLDER + "meta.json");
        assertEquals(meta.get("vocab_size").asInt(), file.vocabularySize());
        assertEquals(
                Map.of(
                        "unk",
                        meta.get("unk_id").asInt(),
                        "bos",
                        meta.get("bos_id").asInt()),
                Map.of("unk", file.unknownId(), "bos", file.bosId()));
        for (JsonNode piece : meta.get("pieces_random200")) {
            int id = piece.get(0).asInt();
            assertEquals(piece.get(1).asString(), file.piece(id));
            assertEquals(id, file.id(file.piece(id)));
        }
    }
}

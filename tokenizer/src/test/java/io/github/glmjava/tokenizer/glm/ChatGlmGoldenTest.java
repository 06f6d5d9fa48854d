package io.github.glmjava.tokenizer.glm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.Encoding;
import io.github.glmjava.tokenizer.GoldenRows;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.SharedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** ChatGLM-6B: the model file, white space, special tokens, prompts, answers. */
class ChatGlmGoldenTest {
    private static final String FOLDER = "tokenizers/chatglm-6b/";
    private static final int EARLY_IMAGE_TOKENS = 20_000;

    private static SentencePieceTokenizer file;
    private static ChatGlmPromptFormat format;
    private static ChatGlmPromptFormat early;

    @BeforeAll
    static void load() throws IOException {
        file = SentencePieceTokenizer.load(SharedFiles.require(FOLDER + "ice_text.model"));
        format = new ChatGlmPromptFormat(file, 0);
        early = new ChatGlmPromptFormat(file, EARLY_IMAGE_TOKENS);
    }

    private static int[] shifted(int... ids) {
        return Arrays.stream(ids).map(id -> id + EARLY_IMAGE_TOKENS).toArray();
    }

    @Test
    void encodesAllTexts() {
        GoldenRows.assertEncodes(file, FOLDER + "cases.jsonl");
    }

    @Test
    void decodesAllIds() {
        GoldenRows.assertDecodes(file, FOLDER + "decode_cases.jsonl");
        GoldenRows.assertRandomIdsStream(file);
        GoldenRows.assertRandomIdsStream(format.tokenizer());
    }

    @Test
    void agreesWithTheTokenizerClassOnTexts() {
        for (JsonNode row : SharedFiles.rows(FOLDER + "glm_cases.jsonl")) {
            int[] ids = GoldenRows.assertRow(format.tokenizer(), row);
            assertArrayEquals(
                    shifted(ids), early.tokenizer().encode(row.get("text").asString()));
            String decoded = early.tokenizer().decode(shifted(ids));
            if (row.has("decoded")) {
                assertEquals(row.get("decoded").asString(), decoded);
                assertPrompt(row, ids);
            } else {
                assertEquals(row.get("decoded_sha256").asString(), sha256(decoded));
            }
        }
    }

    private static void assertPrompt(JsonNode row, int... ids) {
        ChatGlmTokenizer tokenizer = format.tokenizer();
        String text = row.get("text").asString();
        assertArrayEquals(SharedFiles.ids(row, "ids_no_dummy_prefix"), tokenizer.encodeWithoutPrefix(text));
        int[] raw = row.has("ids_no_linebreak_no_ws") ? SharedFiles.ids(row, "ids_no_linebreak_no_ws") : ids;
        assertArrayEquals(raw, file.encode(text), () -> "without rewriting: " + row);
        int[] prompt = SharedFiles.ids(row, "hf_ids");
        assertArrayEquals(prompt, format.readingSpecialTokens().encodeText(text), () -> "hf_ids of " + row);
        assertEquals(row.get("hf_decoded").asString(), tokenizer.decodeWithCleanUp(prompt), () -> "of " + row);
        assertArrayEquals(shifted(prompt), early.readingSpecialTokens().encodeText(text));
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void agreesWithTheTokenizerClassOnIds() {
        ChatGlmTokenizer tokenizer = format.tokenizer();
        for (JsonNode row : SharedFiles.rows(FOLDER + "hf_decode_cases.jsonl")) {
            int[] ids = SharedFiles.ids(row, "ids");
            GoldenRows.assertDecodes(tokenizer, row.get("sp_decoded").asString(), ids);
            assertEquals(row.get("hf_decoded").asString(), tokenizer.decodeWithCleanUp(ids));
            int[] known =
                    Arrays.stream(ids).filter(id -> id != file.unknownId()).toArray();
            assertEquals(row.get("hf_decoded_skip_special").asString(), tokenizer.decodeWithCleanUp(known));
        }
    }

    @Test
    void encodesAllConversations() {
        for (JsonNode row : SharedFiles.rows(FOLDER + "chat.jsonl")) {
            List<ChatMessage> messages = Messages.of(row.get("messages"));
            int[] ids = SharedFiles.ids(row, "expected_ids");
            assertArrayEquals(ids, format.readingSpecialTokens().encodeChat(messages), () -> "ids of " + row);
            assertArrayEquals(shifted(ids), early.readingSpecialTokens().encodeChat(messages));
            boolean special = row.get("messages").toString().matches("(?s).*(<[se]op>|\\[MASK]|<pad>|<unk>).*");
            int[] safe = format.encodeChat(messages);
            assertEquals(special, !Arrays.equals(ids, safe), () -> "special tokens in " + row);
            assertEquals(
                    1, Arrays.stream(safe).filter(id -> id == 130_004).count(), () -> "<sop> in the prompt of " + row);
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
    void numbersSpecialTokensAsTheOriginal() {
        JsonNode specials = SharedFiles.json(FOLDER + "special_tokens.json").get("sp_special");
        for (String name : specials.propertyNames()) {
            assertEquals(specials.get(name).asInt(), format.tokenizer().specialId(name), name);
        }
        assertArrayEquals(new int[] {150_005}, early.stopIds());
        assertEquals(150_344, early.tokenizer().vocabularySize());
    }

    @Test
    void offsetsPointIntoTheTextBeforeRewriting() {
        Encoding encoding = early.tokenizer().encodeWithOffsets("你好\n   \tａ");

        StringBuilder surfaces = new StringBuilder();
        for (int i = 0; i < encoding.size(); i++) {
            surfaces.append('[').append(encoding.surface(i)).append(']');
        }
        assertEquals("[][你好][\n][   ][\t][ａ]", surfaces.toString());
    }
}

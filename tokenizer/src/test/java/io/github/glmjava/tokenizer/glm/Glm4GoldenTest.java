package io.github.glmjava.tokenizer.glm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.GoldenRows;
import io.github.glmjava.tokenizer.SharedFiles;
import io.github.glmjava.tokenizer.TiktokenTokenizer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** GLM-4: the ranks, the special tokens, prompts with roles and tools. */
class Glm4GoldenTest {
    private static final String FOLDER = "tokenizers/glm-4-9b/";

    private static TiktokenTokenizer file;
    private static Glm4PromptFormat format;

    @BeforeAll
    static void load() throws IOException {
        file = TiktokenTokenizer.load(SharedFiles.require(FOLDER + "tokenizer.model"));
        format = new Glm4PromptFormat(file);
    }

    @Test
    void encodesAllTexts() {
        assertEncodesAllTexts();
        GoldenRows.encodeVeryLongWord(file);
        assertEncodesAllTexts();
    }

    private static void assertEncodesAllTexts() {
        for (JsonNode row : SharedFiles.rows(FOLDER + "cases.jsonl")) {
            int[] ids = GoldenRows.assertRow(file, row);
            assertEquals(row.get("text").asString(), file.decode(ids));
        }
    }

    @Test
    void agreesWithTheTokenizerClassOnTexts() {
        Glm4Tokenizer tokenizer = format.tokenizer();
        for (JsonNode row : SharedFiles.rows(FOLDER + "hf_cases.jsonl")) {
            String text = row.get("text").asString();
            int[] ids = SharedFiles.ids(row, "hf_ids");
            int[] withoutPrefix = SharedFiles.ids(row, "hf_ids_no_special");
            assertArrayEquals(withoutPrefix, tokenizer.encodeWithSpecialTokens(text), () -> "ids of " + row);
            assertArrayEquals(withoutPrefix, Arrays.copyOfRange(ids, 2, ids.length));
            assertArrayEquals(
                    Arrays.copyOf(ids, 2), Arrays.copyOf(format.encodeText(text), 2), () -> "prefix of " + row);
            assertEquals(row.get("hf_decoded").asString(), tokenizer.decodeWithSpecialTokens(" ", ids));
            assertEquals(row.get("hf_decoded_no_spaces").asString(), tokenizer.decodeWithSpecialTokens("", ids));
            GoldenRows.assertDecodes(
                    tokenizer, row.get("hf_decoded_skip_special").asString(), ids);
        }
    }

    @Test
    void agreesWithTheTokenizerClassOnIds() {
        Glm4Tokenizer tokenizer = format.tokenizer();
        for (JsonNode row : SharedFiles.rows(FOLDER + "hf_decode_cases.jsonl")) {
            int[] ids = SharedFiles.ids(row, "ids");
            assertEquals(row.get("hf_decoded").asString(), tokenizer.decodeWithSpecialTokens(" ", ids), row::toString);
            GoldenRows.assertDecodes(
                    tokenizer, row.get("hf_decoded_skip_special").asString(), ids);
            if (row.has("bytes_b64")) {
                GoldenRows.assertDecodes(file, row.get("hf_decoded").asString(), ids);
            }
        }
        GoldenRows.assertRandomIdsStream(tokenizer);
        GoldenRows.assertRandomIdsStream(file);
    }

    @Test
    void numbersSpecialTokensAsTheOriginal() {
        JsonNode meta = SharedFiles.json(FOLDER + "meta.json");
        for (var entry : meta.get("special_tokens").properties()) {
            assertEquals(entry.getValue().asInt(), format.tokenizer().specialId(entry.getKey()));
        }
        assertEquals(meta.get("vocab_size").asInt(), file.vocabularySize());
        assertEquals(
                meta.get("vocab_size").asInt() + meta.get("n_special").asInt(),
                format.tokenizer().vocabularySize());
        assertArrayEquals(SharedFiles.ids(meta, "eos_token_id_list_in_model_config"), format.stopIds());
    }

    @Test
    void encodesAllConversations() {
        Glm4PromptFormat release = new Glm4PromptFormat(file, Glm4Revision.RELEASE_2024_06);
        for (JsonNode row : SharedFiles.rows(FOLDER + "chat.jsonl")) {
            String variant = row.get("variant").asString();
            List<Glm4PromptFormat> formats = switch (variant) {
                case "both" -> List.of(format, release);
                case "glm-4-9b-chat (later revision)" -> List.of(format);
                case "glm-4-9b-chat (2024-06 release)" -> List.of(release);
                default -> throw new AssertionError("unknown variant " + variant);
            };
            List<ChatMessage> messages = Messages.of(row.get("messages"));
            boolean answerNext = row.get("add_generation_prompt").asBoolean();
            for (Glm4PromptFormat each : formats) {
                int[] ids = each.encodeConversation(messages, answerNext);
                assertEquals(
                        row.get("expected_text").asString(), each.tokenizer().decodeWithSpecialTokens("", ids));
                assertArrayEquals(SharedFiles.ids(row, "expected_ids"), ids, () -> "ids of " + row);
                if (answerNext) {
                    assertArrayEquals(ids, each.encodeChat(messages));
                }
            }
        }
    }

    @Test
    void encodesAllSingleMessages() {
        for (JsonNode row : SharedFiles.rows(FOLDER + "build_single_message.jsonl")) {
            List<ChatMessage> message = List.of(new ChatMessage(
                    ChatRole.valueOf(row.get("role").asString().toUpperCase(Locale.ROOT)),
                    row.get("metadata").asString(),
                    row.get("message").asString(),
                    null));
            int[] ids = format.encodeConversation(message, false);
            int[] expected = SharedFiles.ids(row, "expected_ids");
            assertArrayEquals(expected, Arrays.copyOfRange(ids, 2, ids.length));
            assertEquals(row.get("expected_text").asString(), format.tokenizer().decodeWithSpecialTokens("", expected));
        }
    }
}

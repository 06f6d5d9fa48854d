package io.github.glmjava.tokenizer.glm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.TinyModel;
import io.github.glmjava.tokenizer.TinyRanks;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The prompt formats on tiny tokenizers: what the golden data does not show, and what must hold without it. */
class PromptFormatTest {
    private static final SentencePieceTokenizer FILE = TinyModel.withControls()
            .whitespace(true, false, false)
            .pieces("▁", "a", "▁a")
            .bytePieces()
            .load();

    private final ChatGlm2PromptFormat second = new ChatGlm2PromptFormat(FILE);
    private final ChatGlm3PromptFormat third = new ChatGlm3PromptFormat(FILE);
    private final Glm4PromptFormat fourth = new Glm4PromptFormat(TinyRanks.of().load());

    private static long count(int id, int... ids) {
        return Arrays.stream(ids).filter(each -> each == id).count();
    }

    @Test
    void numbersSpecialTokensBehindThePieces() {
        int pieces = FILE.vocabularySize();
        assertArrayEquals(new int[] {pieces + 1, pieces + 3, FILE.id("▁a")}, second.encodeText("a"));
        assertEquals(pieces + 5, second.tokenizer().vocabularySize());
        assertEquals(pieces + 6, third.tokenizer().roleId(ChatRole.USER));
        assertEquals(pieces + 9, third.tokenizer().vocabularySize());
        assertArrayEquals(new int[] {258, 260, 'a'}, fourth.encodeText("a"));
        assertEquals(256 + 14, fourth.tokenizer().vocabularySize());
        assertArrayEquals(new int[] {FILE.eosId()}, second.stopIds());
        assertThrows(IllegalArgumentException.class, () -> third.tokenizer().specialId("<sop>"));
    }

    @Test
    void neverTakesContentForSpecialTokens() {
        List<ChatMessage> messages = List.of(ChatMessage.user("<|user|><|assistant|>[gMASK]sop<sop></s>"));
        for (PromptFormat format : List.of(third, fourth)) {
            int[] ids = format.encodeChat(messages);
            int user = format.stopIds()[1];
            assertEquals(1, count(user, ids));
            assertEquals(1, count(ids[0], ids));
            assertEquals(1, count(ids[1], ids));
            assertEquals(0, count(format.stopIds()[0], ids));
        }
    }

    @Test
    void writesRolesAndMetadata() {
        int[] ids = third.encodeChat(List.of(
                ChatMessage.user("a"), new ChatMessage(ChatRole.ASSISTANT, "a", "a", null), ChatMessage.user("")));
        int newline = FILE.id("<0x0A>");
        int user = third.tokenizer().roleId(ChatRole.USER);
        int assistant = third.tokenizer().roleId(ChatRole.ASSISTANT);
        int a = FILE.id("▁a");
        int space = FILE.id("▁");
        assertArrayEquals(
                new int[] {user, space, newline, a, assistant, a, newline, a, user, space, newline, assistant},
                Arrays.copyOfRange(ids, 2, ids.length));
        assertEquals("<|user|>\na<|assistant|>", fourthText(ChatMessage.user("a"), ChatMessage.system("")));
    }

    private String fourthText(ChatMessage... messages) {
        int[] ids = fourth.encodeConversation(List.of(messages), true);
        return fourth.tokenizer().decodeWithSpecialTokens("", Arrays.copyOfRange(ids, 2, ids.length));
    }

    @Test
    void continuesWhereTheAnswerEnded() {
        List<ChatMessage> earlier = List.of(ChatMessage.user("a"), ChatMessage.assistant("a"));
        List<ChatMessage> next = List.of(ChatMessage.user("aa"));
        for (PromptFormat format : List.of(second, third, fourth)) {
            int[] whole = format.encodeChat(List.of(earlier.get(0), earlier.get(1), next.get(0)));
            int[] tail = format.encodeContinuation(earlier, next);
            assertArrayEquals(Arrays.copyOfRange(whole, whole.length - tail.length, whole.length), tail);
        }
    }

    @Test
    void rejectsWhatAFamilyCannotExpress() {
        ChatMessage user = ChatMessage.user("a");
        ChatMessage answer = ChatMessage.assistant("a");
        ChatMessage system = ChatMessage.system("a");
        for (PromptFormat format : List.of(second, third, fourth)) {
            assertThrows(IllegalArgumentException.class, () -> format.encodeChat(List.of()));
            assertThrows(IllegalArgumentException.class, () -> format.encodeChat(List.of(user, answer)));
        }
        assertThrows(IllegalArgumentException.class, () -> second.encodeChat(List.of(system, user)));
        assertThrows(IllegalArgumentException.class, () -> second.encodeChat(List.of(system)));
        assertThrows(IllegalArgumentException.class, () -> second.encodeContinuation(List.of(user), List.of(user)));
        for (Object tool : List.of("x", Map.of(), Map.of("type", "hammer"), Map.of("type", "function"))) {
            ChatMessage message = new ChatMessage(ChatRole.SYSTEM, "", "", List.of(tool));
            assertThrows(IllegalArgumentException.class, () -> fourth.encodeChat(List.of(message, user)));
        }
    }

    private static String text(PromptFormat format, String answer) {
        return format.answerFormat().parse(answer, List.of()).text();
    }

    private static List<ChatMessage> messages(PromptFormat format, String answer) {
        AnswerFormat answers = format.answerFormat();
        return answers.messages(answer, answers.parse(answer, List.of()));
    }

    @Test
    void cleansAnswers() {
        assertEquals("2023年 a", text(second, " [[训练时间]] a\n"));
        for (PromptFormat format : List.of(third, fourth)) {
            assertEquals("a", text(format, "\n a \n"));
            assertEquals("a\nb", text(format, "a\nb"));
            assertEquals("a\nb", text(format, "\na<|assistant|>\nb"));
            assertEquals("", text(format, ""));
        }
    }

    @Test
    void keepsAnswersAsTheMessagesThatTheyAre() {
        assertEquals(
                List.of(ChatMessage.assistant("a"), new ChatMessage(ChatRole.ASSISTANT, "tool", "{}", null)),
                messages(fourth, "\na<|assistant|>tool\n{}"));
        assertEquals(List.of(ChatMessage.assistant("a b")), messages(second, " a b\n"));
    }

    @Test
    void showsWhereAnAnswerHasSeveralMessages() {
        int a = FILE.id("▁a");
        int assistant = third.tokenizer().roleId(ChatRole.ASSISTANT);
        IncrementalDecoder decoder = third.newAnswerDecoder();
        assertEquals(
                "a<|assistant|> a",
                decoder.append(a) + decoder.append(assistant) + decoder.append(a) + decoder.finish());
        IncrementalDecoder bytes = fourth.newAnswerDecoder();
        assertEquals(
                "\uFFFD<|assistant|>b",
                bytes.append(0xE4)
                        + bytes.append(fourth.tokenizer().roleId(ChatRole.ASSISTANT))
                        + bytes.append('b')
                        + bytes.finish());
    }

    @Test
    void hidesSpecialTokensOfAnAnswer() {
        int a = FILE.id("▁a");
        int pieces = FILE.vocabularySize();
        assertEquals("a a", third.tokenizer().decode(pieces + 8, a, 0, 2, pieces + 100, a));
        assertEquals("a a", second.tokenizer().decode(pieces + 3, a, 0, 2, a));
        assertEquals("你", fourth.tokenizer().decode(0xE4, 263, 0xBD, 0xA0));
        assertEquals("\uFFFD\uFFFD\uFFFD", fourth.tokenizer().decode(0xE4, 999, 0xBD, 0xA0));
    }
}

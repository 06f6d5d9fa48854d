package io.github.glmjava.tokenizer.glm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.tokenizer.BlankText;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.TinyModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A file with the pieces 3: a space, 4: a, 5: b, and special tokens behind it. */
class OriginalGlmPromptFormatTest {
    private static final SentencePieceTokenizer FILE = TinyModel.withControls()
            .pieces("\u2581", "a", "b")
            .whitespace(true, true, false)
            .load();

    private static final Map<String, Integer> SPECIAL_TOKENS = Map.of(
            "<|endoftext|>", 6,
            "[CLS]", 7,
            "[MASK]", 8,
            "<|startofpiece|>", 9,
            "<|endofpiece|>", 10,
            "[gMASK]", 11);

    private final OriginalGlmPromptFormat format =
            new OriginalGlmPromptFormat(new OriginalGlmTokenizer(FILE, SPECIAL_TOKENS));

    /** White space beside a mask is lost, and each part is a text of its own for the pieces. */
    @Test
    void masksBecomeTheirIds() {
        assertEquals(
                new BlankText(List.of(7, 3, 4, 8, 3, 5, 3, 4, 11, 6), List.of(" a ", "\n b a\t", "")),
                format.encodeBlanks(" a [MASK]\n b a\t[gMASK]"));
        assertEquals(2, format.encodeBlanks("[MASK][MASK]").blanks());
        assertEquals(new BlankText(List.of(7, 3, 4, 6), List.of("a")), format.encodeBlanks("a"));
    }

    /** A mask that the model lacks is text like any other, and so are all other special tokens. */
    @Test
    void nothingElseIsRead() {
        BlankText text = format.encodeBlanks("[sMASK] <|endofpiece|> [CLS]");
        assertEquals(0, text.blanks());
        assertTrue(text.ids().subList(1, text.ids().size() - 1).stream().allMatch(id -> id < 6), text.toString());
        assertFalse(List.of(8, 11).contains(format.encodeText("[MASK]")[1]));
    }

    @Test
    void aPlainTextIsContinuedAtItsEnd() {
        assertArrayEquals(new int[] {7, 3, 4, 11, 6, 9}, format.encodeText("a"));
        assertArrayEquals(format.encodeText("a b"), format.encodeChat(List.of(ChatMessage.user("a b"))));
        assertThrows(
                IllegalArgumentException.class,
                () -> format.encodeChat(
                        List.of(ChatMessage.user("a"), ChatMessage.assistant("b"), ChatMessage.user("a"))));
        assertArrayEquals(new int[] {10, 6}, format.stopIds());
    }

    @Test
    void specialTokensDecodeToNothing() {
        assertEquals("ab a", format.tokenizer().decode(7, 3, 4, 5, 8, 3, 4, 6, 9, 99));
        assertEquals(12, format.tokenizer().vocabularySize());
    }

    @Test
    void aMissingSpecialTokenIsNamed() {
        for (String name : List.of("[CLS]", "<|endoftext|>", "<|startofpiece|>", "<|endofpiece|>")) {
            Map<String, Integer> fewer = new HashMap<>(SPECIAL_TOKENS);
            fewer.remove(name);
            Throwable error = assertThrows(IllegalArgumentException.class, () -> new OriginalGlmTokenizer(FILE, fewer));
            assertEquals("no special token " + name, error.getMessage());
        }
        Map<String, Integer> noMask = new HashMap<>(SPECIAL_TOKENS);
        noMask.keySet().removeAll(List.of("[MASK]", "[gMASK]"));
        assertThrows(IllegalArgumentException.class, () -> new OriginalGlmTokenizer(FILE, noMask));
    }
}

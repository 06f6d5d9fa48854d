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
import io.github.glmjava.tokenizer.TinyRanks;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.tokenizer.WordPieceRules;
import io.github.glmjava.tokenizer.WordPieceTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
            new OriginalGlmPromptFormat(new OriginalGlmTokenizer(FILE, SPECIAL_TOKENS, OriginalGlmNames.threeMasks()));

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

    private static OriginalGlmTokenizer tokenizer(Map<String, Integer> specialTokens) {
        return new OriginalGlmTokenizer(FILE, specialTokens, OriginalGlmNames.threeMasks());
    }

    @Test
    void aMissingSpecialTokenIsNamed() {
        for (String name : List.of("[CLS]", "<|endoftext|>", "<|startofpiece|>", "<|endofpiece|>")) {
            Map<String, Integer> fewer = new HashMap<>(SPECIAL_TOKENS);
            fewer.remove(name);
            Throwable error = assertThrows(IllegalArgumentException.class, () -> tokenizer(fewer));
            assertEquals("no special token " + name, error.getMessage());
        }
        Map<String, Integer> noMask = new HashMap<>(SPECIAL_TOKENS);
        noMask.keySet().removeAll(List.of("[MASK]", "[gMASK]"));
        assertThrows(IllegalArgumentException.class, () -> tokenizer(noMask));
    }

    /** A vocabulary of WordPiece with the special tokens in it: 0: [PAD], 1: [UNK], 2: [CLS], 3: [SEP], 4: [MASK], 5: a, 6: b. */
    @Test
    void bertHasOneMaskAndItsOwnFrame() throws IOException {
        Map<String, Integer> specialTokens = new HashMap<>(
                Map.of("[PAD]", 0, "[CLS]", 2, "[SEP]", 3, "[MASK]", 4, "<|startofpiece|>", 7, "<|endofpiece|>", 8));
        byte[] vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n".getBytes(StandardCharsets.UTF_8);
        Tokenizer pieces = WordPieceTokenizer.parse(vocabulary, "vocab.txt", WordPieceRules.uncased());
        OriginalGlmPromptFormat bert =
                new OriginalGlmPromptFormat(new OriginalGlmTokenizer(pieces, specialTokens, OriginalGlmNames.bert()));

        assertEquals(
                new BlankText(List.of(2, 5, 4, 6, 4, 5, 3), List.of("A ", " b", "a")),
                bert.encodeBlanks("A [MASK] b[MASK]a"));
        specialTokens.put("[gMASK]", 9); // the original's class does not fill it
        assertEquals(0, bert.encodeBlanks("[gMASK] [mask] [CLS]").blanks());
        assertArrayEquals(new int[] {2, 5, 4, 3, 7}, bert.encodeText("a"));
        assertArrayEquals(new int[] {8, 0}, bert.stopIds());
        assertEquals("a b", bert.tokenizer().decode(2, 5, 4, 6, 1, 7, 8));
    }

    /** On the single bytes as 0 to 255 and 256: " b". The space behind a mask belongs to the word that it begins, the one before does not. */
    @Test
    void robertaKeepsTheSpaceBehindAMask() {
        Tokenizer pieces = TinyRanks.of(" b").load();
        OriginalGlmPromptFormat roberta = new OriginalGlmPromptFormat(new OriginalGlmTokenizer(
                pieces,
                Map.of("<s>", 300, "</s>", 301, "<|startofpiece|>", 302, "<|endofpiece|>", 303, "[MASK]", 304),
                OriginalGlmNames.roberta()));

        assertEquals(
                new BlankText(
                        List.of(300, (int) 'a', 304, 256, 304, 304, (int) 'a', 301), List.of("a ", " b ", "", "a")),
                roberta.encodeBlanks("a [MASK] b [MASK][MASK]a"));
        assertArrayEquals(new int[] {300, 'a', 304, 301, 302}, roberta.encodeText("a"));
        assertArrayEquals(new int[] {303, 301}, roberta.stopIds());
        assertEquals("a b", roberta.tokenizer().decode(300, 'a', 304, 256, 301));
    }
}

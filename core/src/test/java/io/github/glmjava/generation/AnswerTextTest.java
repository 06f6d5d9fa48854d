package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerTextTest {
    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();

    @Test
    void neverGivesOutHalfACharacter() {
        AnswerText text = new AnswerText(TOKENIZER.newDecoder(), List.of());
        int[] ids = TOKENIZER.encode("é😀");
        assertEquals("", text.append(ids[0]));
        assertEquals("é", text.append(ids[1]));
        for (int i = 2; i < 5; i++) {
            assertEquals("", text.append(ids[i]));
        }
        assertEquals("😀", text.append(ids[5]));
        assertEquals("", text.finish());
        assertEquals("é😀", text.text());
    }

    @Test
    void anUnfinishedCharacterComesOutAtTheEnd() {
        AnswerText text = new AnswerText(TOKENIZER.newDecoder(), List.of());
        assertEquals("a", text.append('a'));
        assertEquals("", text.append(0xE4));
        assertEquals("\uFFFD", text.finish());
        assertEquals("a\uFFFD", text.text());
    }

    @Test
    void stopStringsOfSeveralCharactersOverTokenBorders() {
        AnswerText text = new AnswerText(TOKENIZER.newDecoder(), List.of("。完"));
        StringBuilder out = new StringBuilder();
        for (int id : TOKENIZER.encode("春。晚。完了")) {
            out.append(text.append(id));
            if (text.stopped()) {
                break;
            }
        }
        assertTrue(text.stopped());
        assertEquals("", text.finish());
        assertEquals("春。晚", out.toString());
        assertEquals("春。晚", text.text());
    }

    @Test
    void whatWasHeldBackComesOutWithAnUnfinishedCharacter() {
        AnswerText text = new AnswerText(TOKENIZER.newDecoder(), List.of("ab"));
        assertEquals("", text.append('a'));
        assertEquals("", text.append(0xE4));
        assertEquals("a\uFFFD", text.finish());
        assertFalse(text.stopped());
    }

    @Test
    void piecesAreTheTextForAnyBytes() {
        Random random = new Random(23);
        for (int round = 0; round < 3000; round++) {
            int[] ids = random.nextBoolean()
                    ? random.ints(random.nextInt(20), 0, 256).toArray()
                    : TOKENIZER.encode("aé春😀b".repeat(1 + random.nextInt(3)));
            AnswerText text = new AnswerText(TOKENIZER.newDecoder(), List.of("😀😀"));
            StringBuilder out = new StringBuilder();
            for (int id : ids) {
                out.append(text.append(id));
            }
            out.append(text.finish());
            assertEquals(TOKENIZER.decode(ids), out.toString());
            assertEquals(out.toString(), text.text());
        }
    }
}

package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Texts that would take minutes if encoding were quadratic; the bound is generous. */
class LongTextTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private static final String[] TEXTS = {
        "a".repeat(1 << 20),
        " ".repeat(20_000),
        " ".repeat(1 << 20),
        "\n".repeat(1 << 18),
        "!".repeat(1 << 18) + "x",
        "ab".repeat(1 << 18)
    };

    private static void assertQuick(Tokenizer tokenizer) {
        for (String text : TEXTS) {
            assertTimeout(BOUND, () -> assertEquals(text, tokenizer.decode(tokenizer.encode(text))));
        }
    }

    @Test
    void sentencePiece() {
        TinyModel model = TinyModel.withControls().whitespace(false, false, false);
        model.pieces("aaaa", "aa", "a", "b", "ab", "▁▁▁▁", "▁▁", "▁", "!!").bytePieces();
        assertQuick(model.load());
        assertQuick(model.piece("\n\n", 0, TinyModel.USER_DEFINED)
                .piece("ba", 0, TinyModel.UNUSED)
                .load());
    }

    @Test
    void tiktoken() {
        assertQuick(TinyRanks.of("aa", "aaaa", "ab", "  ", "    ", "\n\n", "!!").load());
    }
}

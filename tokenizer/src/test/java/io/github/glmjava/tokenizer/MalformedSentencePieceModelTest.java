package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every malformed model ends in one exception that says what is wrong. */
class MalformedSentencePieceModelTest {
    private static void assertRejected(String reason, byte... content) {
        TokenizerException e =
                assertThrows(TokenizerException.class, () -> SentencePieceTokenizer.parse(content, "some.model"));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("some.model: "), message);
        assertTrue(message.contains(reason), message);
    }

    private static void assertRejected(String reason, TinyModel model) {
        assertRejected(reason, model.toBytes());
    }

    private static TinyModel model() {
        return TinyModel.withControls().pieces("a", "b", "ab");
    }

    @Test
    void namesWhatIsNotSupportedYet() {
        TinyModel unigram = model();
        unigram.trainer().varint(3, 1);
        assertRejected("not supported yet: model_type 1 (UNIGRAM)", unigram);
        TinyModel charsmap = model();
        charsmap.normalizer().binary(2, (byte) 1, (byte) 2);
        assertRejected("not supported yet: normalizer_spec has a precompiled_charsmap of 2 bytes", charsmap);
    }

    @Test
    void checksPieces() {
        assertRejected("no pieces", new TinyModel());
        assertRejected("no piece of type UNKNOWN", new TinyModel().pieces("a"));
        assertRejected("both of type UNKNOWN", model().piece("x", 0, TinyModel.UNKNOWN));
        assertRejected("pieces 3 and 6 have the same text", model().pieces("a"));
        assertRejected("piece 6 has 0 bytes", model().pieces(""));
        assertRejected("piece 6 has 1025 bytes", model().pieces("x".repeat(1025)));
        assertRejected("piece 6 has score NaN", model().piece("x", Float.NaN, TinyModel.NORMAL));
        assertRejected("piece 6 has score Infinity", model().piece("x", Float.POSITIVE_INFINITY, TinyModel.NORMAL));
        assertRejected("piece 6 has type 7, expected 1 to 6", model().piece("x", 0, 7));
        TinyModel bad = model();
        bad.model().message(1, new TinyModel.Message().binary(1, (byte) 0xC0, (byte) 0x80));
        assertRejected("piece 6 is not valid UTF-8", bad);
        TinyModel wireType = model();
        wireType.model().message(1, new TinyModel.Message().text(1, "x").varint(2, 1));
        assertRejected("piece 6 score has wire type 0, expected 5", wireType);
    }

    @Test
    void checksBytePieces() {
        assertRejected("1 BYTE pieces, expected 0", model().piece("<0x00>", 0, TinyModel.BYTE));
        TinyModel missing = model();
        missing.trainer().bool(35, true);
        assertRejected("no BYTE piece <0x00>", missing);
        assertRejected("257 BYTE pieces, expected 256", model().bytePieces().piece("<0x100>", 0, TinyModel.BYTE));
    }

    @Test
    void checksReservedIds() {
        TinyModel model = model();
        model.trainer().varint(41, 6);
        assertRejected("trainer_spec field 41 is the id 6, expected -1 to 5", model);
    }

    @Test
    void checksTheWireFormat() {
        assertRejected(
                "not a SentencePiece model", (byte) 0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 7);
        assertRejected(
                "not a SentencePiece model", (byte) 0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte)
                        0xF);
        assertRejected("not a SentencePiece model", (byte) 0);
        byte[] groups = new byte[1 << 20];
        Arrays.fill(groups, (byte) ((9 << 3) | 3));
        assertRejected("group", groups);
        byte[] nested = new byte[1 << 20];
        Arrays.fill(nested, (byte) 0x0A);
        assertRejected("some.model", nested);
        byte[] whole = model().toBytes();
        // Without the two bytes of the empty normalizer_spec at its end the file is whole again.
        for (int length = 0; length < whole.length; length++) {
            if (length != whole.length - 2) {
                byte[] part = Arrays.copyOf(whole, length);
                assertThrows(TokenizerException.class, () -> SentencePieceTokenizer.parse(part, "some.model"));
            }
        }
    }

    @Test
    void surviveRandomMutations() {
        byte[] original =
                model().piece("ab▁c", 1, TinyModel.USER_DEFINED).bytePieces().toBytes();
        int[] outcome = new int[2];
        assertTimeout(Duration.ofSeconds(60), () -> {
            Random random = new Random(7);
            for (int round = 0; round < 100_000; round++) {
                byte[] mutant = Mutations.mutate(original, random);
                try {
                    SentencePieceTokenizer tokenizer = SentencePieceTokenizer.parse(mutant, "mutant.model");
                    tokenizer.decode(tokenizer.encode("ab ab▁c 你"));
                    outcome[0]++;
                } catch (TokenizerException e) {
                    outcome[1]++;
                }
            }
        });
        assertTrue(outcome[0] > 1000 && outcome[1] > 1000, Arrays.toString(outcome));
    }
}

package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
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
    void namesWhatIsNotSupported() {
        TinyModel word = model();
        word.trainer().varint(3, 3);
        assertRejected("model_type 3 (WORD), expected 1 (UNIGRAM) or 2 (BPE)", word);
        TinyModel denormalizer = model();
        denormalizer.model().message(5, new TinyModel.Message().binary(2, (byte) 1, (byte) 2));
        assertRejected("not supported: denormalizer_spec has a precompiled_charsmap of 2 bytes", denormalizer);
    }

    @Test
    void checksTheCharacterMap() {
        assertCharsmapRejected("a double array of -1 bytes in 2 bytes", 1, 2);
        assertCharsmapRejected("a double array of 8 bytes in 8 bytes", 8, 0, 0, 0, 1, 1, 1, 1);
        assertCharsmapRejected("a double array of 6 bytes in 10 bytes", 6, 0, 0, 0, 1, 1, 1, 1, 1, 1);
        assertCharsmapRejected("the last replacement is not ended by a zero byte", 4, 0, 0, 0, 0, 0, 0, 0, 'x');
        assertCharsmapRejected("the replacements are not valid UTF-8", 4, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0);
        // The only unit says that a key ends there, and is itself its value.
        assertCharsmapRejected("unit 0 has the replacement at 256, expected the beginning", 4, 0, 0, 0, 0, 1, 0, 0, 0);
    }

    private static void assertCharsmapRejected(String reason, int... bytes) {
        byte[] charsmap = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            charsmap[i] = (byte) bytes[i];
        }
        TinyModel model = model();
        model.normalizer().binary(2, charsmap);
        assertRejected("precompiled_charsmap: " + reason, model);
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
        // Between two of its fields a file is whole, once it has the unknown piece; lengths are one byte here.
        int border = 2 + whole[1];
        for (int length = 0; length < whole.length; length++) {
            if (length == border) {
                border += 2 + whole[border + 1];
            } else {
                byte[] part = Arrays.copyOf(whole, length);
                assertThrows(TokenizerException.class, () -> SentencePieceTokenizer.parse(part, "some.model"));
            }
        }
    }

    @Test
    void mutantsAreHarmless() throws IOException {
        assertHarmless(model().piece("ab▁c", 1, TinyModel.USER_DEFINED).bytePieces());
    }

    @Test
    void mutantsOfUnigramModelsAreHarmless() throws IOException {
        TinyModel model = model().piece("ab▁c", 1, TinyModel.USER_DEFINED);
        model.trainer().varint(3, 1);
        // The letter a, unit 97, has the replacement "b", whose offset 0 is in unit 98 = 97 ^ 3.
        byte[] charsmap = new byte[4 + 256 * 4 + 2];
        charsmap[1] = 4;
        charsmap[4 + 'a' * 4] = 'a';
        charsmap[4 + 'a' * 4 + 1] = 1 | (3 << 2);
        charsmap[4 + 'b' * 4 + 3] = (byte) 0x80;
        charsmap[charsmap.length - 2] = 'b';
        model.normalizer().binary(2, charsmap);
        assertHarmless(model);
    }

    private static void assertHarmless(TinyModel model) throws IOException {
        Mutations.assertHarmless(model.toBytes(), Mutations.COUNT / 2, 0.02, (content, name) -> {
            SentencePieceTokenizer tokenizer = SentencePieceTokenizer.parse(content, name);
            tokenizer.decode(tokenizer.encode("ab ab▁c 你"));
        });
    }
}

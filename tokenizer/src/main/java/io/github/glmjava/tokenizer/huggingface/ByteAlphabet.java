package io.github.glmjava.tokenizer.huggingface;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The characters in which byte-level BPE writes bytes ({@code bytes_to_unicode} of GPT-2): printable Latin-1 characters stand
 * for themselves, every other byte for the next free character from U+0100 on.
 */
final class ByteAlphabet {
    private static final char FIRST_FREE = 0x100;
    private static final short[] BYTES = new short[FIRST_FREE + 68];
    private static final String[] TOKENS = new String[256];

    static {
        Arrays.fill(BYTES, (short) -1);
        int free = FIRST_FREE;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xFF && value != 0xAD);
            int character = printable ? value : free++;
            BYTES[character] = (short) value;
            TOKENS[value] = String.valueOf((char) character);
        }
    }

    private ByteAlphabet() {}

    /** How a single byte is written. */
    static String token(byte value) {
        return TOKENS[value & 0xFF];
    }

    /** The bytes that a token is written for, or null if one of its characters stands for none. */
    static byte @Nullable [] toBytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }

    /** The bytes that a token decodes to: those it is written for, else those of its own UTF-8 form. */
    static byte[] decode(String token) {
        byte[] bytes = toBytes(token);
        return bytes != null ? bytes : token.getBytes(StandardCharsets.UTF_8);
    }
}

package io.github.glmjava.tokenizer.bpe;

/** Turns parts of a text into UTF-8, in an array that is used again. Not safe for use by several threads. */
public final class Utf8Buffer {
    private byte[] bytes = new byte[64];

    /** An empty buffer. */
    public Utf8Buffer() {}

    /** The bytes of the last part; valid until the next one. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Encodes {@code text[from..to)}, in which a lone surrogate counts as U+FFFD.
     *
     * @return the number of bytes
     */
    public int encode(String text, int from, int to) {
        if (bytes.length / 3 < to - from) {
            bytes = new byte[Math.max(Math.multiplyExact(to - from, 3), bytes.length * 2)];
        }
        byte[] out = bytes;
        int size = 0;
        for (int i = from; i < to; i++) {
            char unit = text.charAt(i);
            if (unit < 0x80) {
                out[size++] = (byte) unit;
            } else if (unit < 0x800) {
                out[size++] = (byte) (0xC0 | (unit >>> 6));
                out[size++] = continuation(unit);
            } else if (!Character.isSurrogate(unit)) {
                size = threeBytes(unit, size);
            } else {
                int codePoint = text.codePointAt(i);
                if (codePoint == unit) {
                    size = threeBytes('\uFFFD', size);
                } else {
                    i++;
                    out[size++] = (byte) (0xF0 | (codePoint >>> 18));
                    out[size++] = continuation(codePoint >>> 12);
                    out[size++] = continuation(codePoint >>> 6);
                    out[size++] = continuation(codePoint);
                }
            }
        }
        return size;
    }

    private int threeBytes(int codePoint, int size) {
        bytes[size] = (byte) (0xE0 | (codePoint >>> 12));
        bytes[size + 1] = continuation(codePoint >>> 6);
        bytes[size + 2] = continuation(codePoint);
        return size + 3;
    }

    private static byte continuation(int bits) {
        return (byte) (0x80 | (bits & 0x3F));
    }
}

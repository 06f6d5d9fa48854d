package io.github.glmjava.tokenizer.tiktoken;

import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.PairMerger;
import io.github.glmjava.tokenizer.bpe.PairTable;
import io.github.glmjava.tokenizer.bpe.Utf8Cursor;
import java.util.Arrays;

/**
 * Encodes a text: each split that is a token is taken at once, in every other the bytes are merged, lowest rank first
 * ({@code byte_pair_merge} of tiktoken). Immutable and safe for use by many threads.
 */
public final class RankEncoder {
    private final ByteStrings tokens;
    private final int[] singleBytes = new int[256];
    private final PairTable pairs = new PairTable();

    /** @param tokens numbered by rank, each single byte among them */
    public RankEncoder(ByteStrings tokens) {
        this.tokens = tokens;
        for (int value = 0; value < 256; value++) {
            singleBytes[value] = tokens.indexOf(new byte[] {(byte) value}, 0, 1);
        }
        for (int id = 0; id < tokens.size(); id++) {
            int length = tokens.length(id);
            if (length < 2) {
                continue;
            }
            ByteStrings.Parts parts = tokens.parts(id);
            for (int border = 1; border < length; border++) {
                int left = parts.indexOf(0, border);
                int right = left < 0 ? -1 : parts.indexOf(border, length);
                if (right >= 0) {
                    pairs.put(left, right, id);
                }
            }
        }
    }

    /** The ids of a text; see {@link io.github.glmjava.tokenizer.Tokenizer#encode}. */
    public void encode(String text, TokenBuffer out) {
        Work work = new Work();
        for (int from = 0; from < text.length(); ) {
            int to = Glm4Splitter.endOfMatch(text, from);
            work.encodeSplit(text, from, to, out);
            from = to;
        }
    }

    /** The scratch arrays of one call. */
    private final class Work {
        private final PairMerger merger = new PairMerger(pairs, null, null);
        private byte[] bytes = new byte[64];
        private int[] symbols = new int[64];

        void encodeSplit(String text, int from, int to, TokenBuffer out) {
            int count = toUtf8(text, from, to);
            int whole = tokens.indexOf(bytes, 0, count);
            if (whole >= 0) {
                out.add(whole, from, to);
                return;
            }
            if (symbols.length < count) {
                symbols = new int[Math.max(count, symbols.length * 2)];
            }
            for (int i = 0; i < count; i++) {
                symbols[i] = singleBytes[bytes[i] & 0xFF];
            }
            int left = merger.merge(symbols, 0, count);
            if (out.recordsOffsets()) {
                addWithOffsets(text, from, left, out);
                return;
            }
            for (int i = 0; i < left; i++) {
                out.add(symbols[i], from, to);
            }
        }

        private void addWithOffsets(String text, int from, int count, TokenBuffer out) {
            Utf8Cursor cursor = new Utf8Cursor(text, from);
            for (int i = 0; i < count; i++) {
                int start = cursor.start();
                cursor.advance(tokens.length(symbols[i]));
                out.add(symbols[i], start, cursor.end());
            }
        }

        private int toUtf8(String text, int from, int to) {
            if (bytes.length / 3 < to - from) {
                bytes = Arrays.copyOf(bytes, Math.max(Math.multiplyExact(to - from, 3), bytes.length * 2));
            }
            int size = 0;
            for (int i = from; i < to; i++) {
                char unit = text.charAt(i);
                if (unit < 0x80) {
                    bytes[size++] = (byte) unit;
                } else if (unit < 0x800) {
                    bytes[size++] = (byte) (0xC0 | (unit >>> 6));
                    bytes[size++] = continuation(unit);
                } else if (!Character.isSurrogate(unit)) {
                    size = threeBytes(unit, size);
                } else {
                    int codePoint = text.codePointAt(i);
                    if (codePoint == unit) {
                        size = threeBytes('\uFFFD', size);
                    } else {
                        i++;
                        bytes[size++] = (byte) (0xF0 | (codePoint >>> 18));
                        bytes[size++] = continuation(codePoint >>> 12);
                        bytes[size++] = continuation(codePoint >>> 6);
                        bytes[size++] = continuation(codePoint);
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

        private byte continuation(int bits) {
            return (byte) (0x80 | (bits & 0x3F));
        }
    }
}

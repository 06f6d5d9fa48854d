package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.bpe.IntList;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * A precompiled character map: the size in bytes of a double array, the double array (Darts-clone, {@code darts.h}) over the
 * UTF-8 bytes of what is replaced, and the replacements, each ended by a zero byte. It is read where it lies. Immutable.
 *
 * <p>A unit of the double array is an int. Of the unit at {@code p}, {@code p ^ offset} is the place from which its children
 * lie: the one for byte {@code c} at {@code p ^ offset ^ c} if the label there is {@code c}. If a key ends at the unit, the unit
 * at {@code p ^ offset} holds its value, the offset of a replacement.
 */
final class Charsmap {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int HEADER = 4;
    private static final int MAX_REPLACEMENT = 256;

    // Equal ends of keys share their units, so a malformed array may have cycles.
    private static final int MAX_KEY = 256;
    private static final int BMP = 1 << 16;

    /** The first combining mark. */
    static final int COMBINING_MARKS = 0x300;

    /** With which U+0300 begins in UTF-8. */
    private static final int FIRST_BYTE_OF_MARKS = 0xCC;

    private final byte[] content;
    private final int units;
    private final int pool;
    private final boolean[] beginsKey = new boolean[BMP];

    private Charsmap(byte[] content, int trieBytes) {
        this.content = content;
        this.units = trieBytes / Integer.BYTES;
        this.pool = HEADER + trieBytes;
    }

    /**
     * Validates a map.
     *
     * @param content the map, which is not copied
     * @param file for messages
     * @throws TokenizerException if it is malformed
     */
    static Charsmap read(byte[] content, String file) throws TokenizerException {
        String field = file + ": normalizer_spec precompiled_charsmap: ";
        int trieBytes = content.length < HEADER ? -1 : (int) INT.get(content, 0);
        if (trieBytes <= 0 || trieBytes % Integer.BYTES != 0 || trieBytes > content.length - HEADER) {
            throw new TokenizerException(field + "a double array of " + trieBytes + " bytes in " + content.length
                    + " bytes, expected a multiple of 4 that fits");
        }
        Charsmap map = new Charsmap(content, trieBytes);
        map.validatePool(field);
        map.validateTrie(field);
        for (int c = 0; c < BMP; c++) {
            map.beginsKey[c] = map.walk(0, c) >= 0;
        }
        return map;
    }

    private void validatePool(String field) throws TokenizerException {
        if (content.length > pool && content[content.length - 1] != 0) {
            throw new TokenizerException(field + "the last replacement is not ended by a zero byte");
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content, pool, content.length - pool));
        } catch (CharacterCodingException e) {
            throw new TokenizerException(field + "the replacements are not valid UTF-8", e);
        }
    }

    private void validateTrie(String field) throws TokenizerException {
        BitSet seen = new BitSet(units);
        IntList open = new IntList(256);
        open.add(0);
        while (open.size() > 0) {
            int position = open.get(open.size() - 1);
            open.truncate(open.size() - 1);
            if (endsKey(position)) {
                validateValue(position, field);
            }
            for (int label = 0; label < 256; label++) {
                int child = child(position, label);
                if (child >= 0 && !seen.get(child)) {
                    seen.set(child);
                    open.add(child);
                }
            }
        }
    }

    private void validateValue(int position, String field) throws TokenizerException {
        int at = children(position);
        int value = at < units ? unit(at) & Integer.MAX_VALUE : -1;
        int start = pool + value;
        if (value < 0 || value >= content.length - pool || (content[start] & 0xC0) == 0x80) {
            throw new TokenizerException(field + "unit " + position + " has the replacement at " + value
                    + ", expected the beginning of a character among " + (content.length - pool) + " bytes");
        }
        int length = 0;
        while (content[start + length] != 0) {
            if (++length > MAX_REPLACEMENT) {
                throw new TokenizerException(
                        field + "the replacement at " + value + " has more than " + MAX_REPLACEMENT + " bytes");
            }
        }
    }

    private int unit(int position) {
        return (int) INT.get(content, HEADER + Integer.BYTES * position);
    }

    /** Where the children of a unit lie, before the label is applied. */
    private int children(int position) {
        int unit = unit(position);
        return position ^ ((unit >>> 10) << ((unit & (1 << 9)) >>> 6));
    }

    private boolean endsKey(int position) {
        return (unit(position) & (1 << 8)) != 0;
    }

    private int child(int position, int label) {
        int at = children(position) ^ label;
        return at >= 0 && at < units && (unit(at) & 0x8000_00FF) == label ? at : -1;
    }

    /** The unit that a code point's bytes lead to, or -1. */
    private int walk(int position, int codePoint) {
        if (codePoint < 0x80) {
            return child(position, codePoint);
        }
        int at;
        if (codePoint < 0x800) {
            at = child(position, 0xC0 | (codePoint >>> 6));
        } else {
            if (codePoint < BMP) {
                at = child(position, 0xE0 | (codePoint >>> 12));
            } else {
                at = child(position, 0xF0 | (codePoint >>> 18));
                at = at < 0 ? -1 : child(at, continuation(codePoint >>> 12));
            }
            at = at < 0 ? -1 : child(at, continuation(codePoint >>> 6));
        }
        return at < 0 ? -1 : child(at, continuation(codePoint));
    }

    private static int continuation(int bits) {
        return 0x80 | (bits & 0x3F);
    }

    /** Whether a key begins with each character of one {@code char}. */
    boolean[] beginsKey() {
        return beginsKey;
    }

    /**
     * Whether a character of ASCII always passes if the next one, if any, is less than U+0300: no key is the character alone or such a
     * pair, or begins with one. Most keys that begin with a letter go on with a combining mark, of which the first is U+0300.
     */
    boolean passesBeforeLetters(char c) {
        int position = child(0, c);
        if (position < 0) {
            return true;
        }
        boolean passes = !endsKey(position);
        for (int first = 0; first < FIRST_BYTE_OF_MARKS && passes; first++) {
            passes = child(position, first) < 0;
        }
        return passes;
    }

    /**
     * The longest key that begins at a {@code char} of a text.
     *
     * @return the end of the key times 2^32 plus where its replacement begins, or -1 if there is none
     */
    long longestMatch(String text, int from) {
        char first = text.charAt(from);
        if (!beginsKey[first] && !Character.isSurrogate(first)) {
            return -1;
        }
        long match = -1;
        int position = 0;
        int end = Math.min(text.length(), from + MAX_KEY);
        for (int i = from; i < end; ) {
            int codePoint = Normalizer.codePointAt(text, i);
            position = walk(position, codePoint);
            if (position < 0) {
                break;
            }
            i += Character.charCount(codePoint);
            if (endsKey(position)) {
                match = ((long) i << 32) | (unit(children(position)) & Integer.MAX_VALUE);
            }
        }
        return match;
    }

    /** The character of a replacement that begins at an offset, 0 behind the last one. */
    int codePointAt(int offset) {
        int first = content[pool + offset];
        if (first >= 0) {
            return first;
        }
        int second = content[pool + offset + 1] & 0x3F;
        if (first < (byte) 0xE0) {
            return (first & 0x1F) << 6 | second;
        }
        int third = content[pool + offset + 2] & 0x3F;
        return first < (byte) 0xF0
                ? (first & 0x0F) << 12 | second << 6 | third
                : (first & 0x07) << 18 | second << 12 | third << 6 | (content[pool + offset + 3] & 0x3F);
    }

    /** True if a replacement is one space. */
    boolean isSpace(int offset) {
        return content[pool + offset] == ' ' && content[pool + offset + 1] == 0;
    }

    /** The number of bytes of a code point. */
    static int utf8Length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < BMP ? 3 : 4;
    }
}

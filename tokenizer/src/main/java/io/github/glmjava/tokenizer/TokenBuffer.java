package io.github.glmjava.tokenizer;

import java.util.Arrays;
import java.util.Objects;

/**
 * Where {@link Tokenizer#encode(CharSequence, TokenBuffer)} puts its ids, and if wanted the part of the text that each one
 * stands for. Made to be cleared and used again: once it has grown, encoding into it makes no garbage for the result. Not safe
 * for use by several threads.
 */
public final class TokenBuffer {
    private final boolean recordsOffsets;
    private int[] ids = new int[64];
    private int[] starts;
    private int[] ends;
    private int size;

    /** An empty buffer for ids alone. */
    public TokenBuffer() {
        this(false);
    }

    private TokenBuffer(boolean recordsOffsets) {
        this.recordsOffsets = recordsOffsets;
        starts = new int[recordsOffsets ? ids.length : 0];
        ends = new int[recordsOffsets ? ids.length : 0];
    }

    /** An empty buffer for ids with their offsets. */
    public static TokenBuffer withOffsets() {
        return new TokenBuffer(true);
    }

    /** True if {@link #start} and {@link #end} are known; if not, encoders need not find out. */
    public boolean recordsOffsets() {
        return recordsOffsets;
    }

    /** The number of ids. */
    public int size() {
        return size;
    }

    /** Empties the buffer, which keeps its memory. */
    public void clear() {
        size = 0;
    }

    /** One id. */
    public int id(int index) {
        return ids[Objects.checkIndex(index, size)];
    }

    /** Index of the first {@code char} of the text that an id stands for. */
    public int start(int index) {
        return starts[Objects.checkIndex(index, size)];
    }

    /** Index behind the last {@code char} of the text that an id stands for. */
    public int end(int index) {
        return ends[Objects.checkIndex(index, size)];
    }

    /** Appends an id that stands for {@code text[start..end)}; a buffer without offsets ignores these. */
    public void add(int id, int start, int end) {
        if (size == ids.length) {
            grow();
        }
        if (recordsOffsets) {
            starts[size] = start;
            ends[size] = end;
        }
        ids[size++] = id;
    }

    /** Lets the last id stand for more of the text. */
    public void extendLast(int end) {
        if (recordsOffsets) {
            ends[Objects.checkIndex(size - 1, size)] = end;
        }
    }

    private void grow() {
        ids = Arrays.copyOf(ids, size * 2);
        if (recordsOffsets) {
            starts = Arrays.copyOf(starts, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
        }
    }

    /** The ids. */
    public int[] toArray() {
        return Arrays.copyOf(ids, size);
    }

    /** The ids with their offsets in the text that was encoded. */
    Encoding toEncoding(String text) {
        return new Encoding(text, toArray(), Arrays.copyOf(starts, size), Arrays.copyOf(ends, size));
    }
}

package io.github.glmjava.tokenizer.bpe;

import java.util.Arrays;

/** A growing array of ints. Not safe for use by several threads. */
public final class IntList {
    private int[] elements;
    private int size;

    /** @param capacity the number of elements to make room for at once */
    public IntList(int capacity) {
        elements = new int[Math.max(capacity, 8)];
    }

    /** Appends one element. */
    public void add(int element) {
        if (size == elements.length) {
            elements = Arrays.copyOf(elements, size * 2);
        }
        elements[size++] = element;
    }

    /** Makes room for so many more elements, which {@link #addInRoom} appends. */
    public void makeRoom(int count) {
        if (elements.length - size < count) {
            elements = Arrays.copyOf(elements, Math.max(size * 2, Math.addExact(size, count)));
        }
    }

    /** Appends one element for which there is room. */
    public void addInRoom(int element) {
        elements[size++] = element;
    }

    /** Appends all the given elements. */
    public void addAll(int... more) {
        makeRoom(more.length);
        System.arraycopy(more, 0, elements, size, more.length);
        size += more.length;
    }

    /** The element at a position. */
    public int get(int index) {
        return elements[index];
    }

    /** The number of elements. */
    public int size() {
        return size;
    }

    /** Shortens the list. */
    public void truncate(int newSize) {
        size = Math.min(size, newSize);
    }

    /** The array beneath, of which the first {@link #size} elements count; valid until the next addition. */
    public int[] elements() {
        return elements;
    }

    /** A copy of exact length. */
    public int[] toArray() {
        return Arrays.copyOf(elements, size);
    }
}

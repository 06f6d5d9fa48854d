package io.github.glmjava.tokenizer.bpe;

import java.util.Arrays;

/** A priority queue of longs, smallest first (a binary heap). Not safe for use by several threads. */
final class LongHeap {
    private long[] heap = new long[64];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
    }

    void add(long value) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        int child = size++;
        while (child > 0) {
            int parent = (child - 1) >>> 1;
            if (heap[parent] <= value) {
                break;
            }
            heap[child] = heap[parent];
            child = parent;
        }
        heap[child] = value;
    }

    long removeFirst() {
        long first = heap[0];
        long moved = heap[--size];
        int parent = 0;
        for (int child = 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= moved) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moved;
        return first;
    }
}

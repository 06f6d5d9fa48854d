package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.Arrays;

/**
 * The best paths through a lattice, by A* from the end ({@code Lattice::NBest} of {@code unigram_model.cc}): the best sum up to a node
 * is known, so the next path from the queue is the next best one. The queue is a binary heap with the moves of C++'s
 * {@code std::priority_queue} (libstdc++), since they decide in which order equal sums come out; and like the original it is cut down
 * when it becomes too long.
 */
final class BestPaths {
    private static final int MOST_OPEN = 10_000;
    private static final int MOST_KEPT = 512;

    // Stand for nodes behind the end and before the beginning.
    private static final int END = -1;
    private static final int BEGINNING = -2;

    private final Lattice lattice;

    // Partial paths from the end: the first node, the path behind it, the sum behind and with it, the best sum of a
    // whole path.
    private final IntList nodes = new IntList(64);
    private final IntList behind = new IntList(64);
    private float[] sums = new float[64];
    private float[] estimates = new float[64];

    private int[] heap = new int[64];
    private int open;

    BestPaths(Lattice lattice) {
        this.lattice = lattice;
        add(END, END, 0, lattice.bestSumUpTo(lattice.length()));
    }

    private void add(int node, int next, float sum, float estimate) {
        int path = nodes.size();
        nodes.add(node);
        behind.add(next);
        if (path == sums.length) {
            sums = Arrays.copyOf(sums, path * 2);
            estimates = Arrays.copyOf(estimates, path * 2);
        }
        sums[path] = sum;
        estimates[path] = estimate;
        push(path);
    }

    /** What takes the paths. */
    interface Taker {
        /**
         * Takes the next best path.
         *
         * @param path nodes from the beginning to the end
         * @param score the sum of their scores
         */
        void take(IntList path, float score);
    }

    /**
     * Finds the best paths.
     *
     * @param count how many, at least 1; there may be fewer
     */
    void find(int count, Taker taker) {
        int found = 0;
        while (open > 0 && found < count) {
            int path = pop();
            if (nodes.get(path) == BEGINNING) {
                taker.take(path(behind.get(path)), estimates[path]);
                found++;
                continue;
            }
            int place = nodes.get(path) == END ? lattice.length() : lattice.start(nodes.get(path));
            if (place == 0) {
                add(BEGINNING, path, sums[path], sums[path]);
            }
            for (int i = 0; i < lattice.endingAt(place); i++) {
                int node = lattice.endingAt(place, i);
                add(node, path, lattice.score(node) + sums[path], lattice.bestSum(node) + sums[path]);
            }
            if (open >= MOST_OPEN) {
                keepBest((int) Math.min(MOST_KEPT, count * 10L));
            }
        }
    }

    private IntList path(int first) {
        IntList path = new IntList(lattice.length());
        for (int at = first; nodes.get(at) != END; at = behind.get(at)) {
            path.add(nodes.get(at));
        }
        return path;
    }

    private void keepBest(int kept) {
        int[] best = new int[kept];
        for (int i = 0; i < kept; i++) {
            best[i] = pop();
        }
        open = 0;
        for (int path : best) {
            push(path);
        }
    }

    /** {@code std::push_heap}. */
    private void push(int path) {
        if (open == heap.length) {
            heap = Arrays.copyOf(heap, open * 2);
        }
        siftUp(open++, 0, path);
    }

    private void siftUp(int from, int top, int path) {
        int hole = from;
        while (hole > top && estimates[heap[(hole - 1) / 2]] < estimates[path]) {
            heap[hole] = heap[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }
        heap[hole] = path;
    }

    /** {@code std::pop_heap}: the hole goes down to a leaf, then the last element rises from there. */
    private int pop() {
        int first = heap[0];
        int size = --open;
        int moved = heap[size];
        int hole = 0;
        int child = 0;
        while (child < (size - 1) / 2) {
            child = 2 * (child + 1);
            if (estimates[heap[child]] < estimates[heap[child - 1]]) {
                child--;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        if ((size & 1) == 0 && child == (size - 2) / 2 && size > 0) {
            child = 2 * (child + 1);
            heap[hole] = heap[child - 1];
            hole = child - 1;
        }
        siftUp(hole, 0, moved);
        return first;
    }
}

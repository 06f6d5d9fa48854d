package io.github.glmjava.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * How a text is cut up to measure its perplexity. A model sees the tokens of one window at a time, from position 0 on.
 *
 * @param method what is counted
 * @param length tokens of a window; at least 2
 * @param stride tokens from one window's beginning to the next; 1 to {@code length}
 */
public record PerplexityWindows(Method method, int length, int stride) {
    /** Ways to cut and count. */
    public enum Method {
        /**
         * As transformers' documentation has it ("Perplexity of fixed-length models"): windows begin every {@code stride}
         * tokens; each counts the tokens that the windows before it do not contain, the very first token excepted, which
         * follows nothing. So every other token is counted once, and all but those of the first window after at least
         * {@code length - stride} others. The last window ends with the text.
         */
        HUGGING_FACE,

        /**
         * As llama.cpp's {@code llama-perplexity} does it by default: windows follow one another, a rest that is shorter is
         * left out; of each, the second half is counted, from token {@code length / 2 + 1} on.
         */
        LLAMA_CPP
    }

    /**
     * One window.
     *
     * @param begin its first token
     * @param end one past its last token
     * @param firstCounted the first token whose likelihood counts, at least one past {@code begin}
     */
    record Window(int begin, int end, int firstCounted) {}

    /** Checks the ranges. */
    public PerplexityWindows {
        if (length < 2) {
            throw new IllegalArgumentException("a window must have at least 2 tokens, found " + length);
        }
        if (stride < 1 || stride > length) {
            throw new IllegalArgumentException(
                    "the stride must be from 1 to the window's " + length + ", found " + stride);
        }
        if (method == Method.LLAMA_CPP && stride != length) {
            throw new IllegalArgumentException(
                    "llama.cpp's windows follow one another: the stride is " + length + ", found " + stride);
        }
    }

    /** The windows of a text of so many tokens. */
    List<Window> cut(int tokens) {
        return method == Method.LLAMA_CPP ? halves(tokens) : overlapping(tokens);
    }

    private List<Window> halves(int tokens) {
        List<Window> windows = new ArrayList<>();
        for (int begin = 0; length > 2 && begin + length <= tokens; begin += length) {
            windows.add(new Window(begin, begin + length, begin + length / 2 + 1));
        }
        return windows;
    }

    private List<Window> overlapping(int tokens) {
        List<Window> windows = new ArrayList<>();
        int counted = 1;
        for (int begin = 0; counted < tokens; begin += stride) {
            int end = Math.min(begin + length, tokens);
            // Where windows do not overlap, a window's first token follows nothing that the model sees.
            windows.add(new Window(begin, end, Math.max(counted, begin + 1)));
            counted = end;
        }
        windows.removeIf(window -> window.firstCounted() >= window.end());
        return windows;
    }
}

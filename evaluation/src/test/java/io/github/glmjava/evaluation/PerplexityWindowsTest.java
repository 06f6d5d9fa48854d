package io.github.glmjava.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.evaluation.PerplexityWindows.Method;
import io.github.glmjava.evaluation.PerplexityWindows.Window;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PerplexityWindowsTest {
    /** The loop of transformers' documentation, "Perplexity of fixed-length models". */
    private static List<Window> documented(int tokens, int maxLength, int stride) {
        List<Window> windows = new ArrayList<>();
        int previousEnd = 0;
        for (int begin = 0; begin < tokens; begin += stride) {
            int end = Math.min(begin + maxLength, tokens);
            int targets = end - previousEnd;
            // Labels are shifted inside the model: the first token of its input is the label of none.
            int first = Math.max(end - targets, begin + 1);
            if (first < end) {
                windows.add(new Window(begin, end, first));
            }
            previousEnd = end;
            if (end == tokens) {
                break;
            }
        }
        return windows;
    }

    @Test
    void overlappingWindowsAreThoseOfTransformers() {
        for (int tokens = 0; tokens < 40; tokens++) {
            for (int length = 2; length < 12; length++) {
                for (int stride = 1; stride <= length; stride++) {
                    List<Window> windows = new PerplexityWindows(Method.HUGGING_FACE, length, stride).cut(tokens);
                    assertEquals(documented(tokens, length, stride), windows);
                    if (stride < length) {
                        int counted = windows.stream()
                                .mapToInt(window -> window.end() - window.firstCounted())
                                .sum();
                        assertEquals(Math.max(0, tokens - 1), counted);
                    }
                }
            }
        }
    }

    /** {@code perplexity()} of llama.cpp: {@code first = n_ctx / 2}, then {@code n_ctx - 1 - first} tokens from first + 1 on. */
    @Test
    void halvesAreThoseOfLlamaCpp() {
        assertEquals(
                List.of(new Window(0, 8, 5), new Window(8, 16, 13)),
                new PerplexityWindows(Method.LLAMA_CPP, 8, 8).cut(23));
        assertEquals(List.of(new Window(0, 5, 3)), new PerplexityWindows(Method.LLAMA_CPP, 5, 5).cut(9));
        assertTrue(new PerplexityWindows(Method.LLAMA_CPP, 8, 8).cut(7).isEmpty());
    }

    @Test
    void impossibleOnesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PerplexityWindows(Method.HUGGING_FACE, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new PerplexityWindows(Method.HUGGING_FACE, 8, 9));
        assertThrows(IllegalArgumentException.class, () -> new PerplexityWindows(Method.HUGGING_FACE, 8, 0));
        assertThrows(IllegalArgumentException.class, () -> new PerplexityWindows(Method.LLAMA_CPP, 8, 4));
    }
}

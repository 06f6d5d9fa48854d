package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.Test;

class GenerationAllocationTest {
    /** Returns constant strings, so that whatever is allocated is the loop's. */
    private static final class ConstantText implements IncrementalDecoder {
        @Override
        public String append(int id) {
            return "x";
        }

        @Override
        public String finish() {
            return "";
        }
    }

    private static final class ConstantFormat implements Tokenizer, PromptFormat {
        @Override
        public void encode(CharSequence text, TokenBuffer out) {
            out.add(1, 0, text.length());
        }

        @Override
        public String decode(int... ids) {
            return "x".repeat(ids.length);
        }

        @Override
        public IncrementalDecoder newDecoder() {
            return new ConstantText();
        }

        @Override
        public int vocabularySize() {
            return 1000;
        }

        @Override
        public Tokenizer tokenizer() {
            return this;
        }

        @Override
        public int[] encodeText(String text) {
            return encode(text);
        }

        @Override
        public int[] encodeChat(List<ChatMessage> messages) {
            return encode("");
        }

        @Override
        public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
            return encode("");
        }

        @Override
        public int[] stopIds() {
            return new int[] {999};
        }

        @Override
        public AnswerFormat answerFormat() {
            return AnswerFormat.text();
        }
    }

    /**
     * What this thread has allocated so far. By reflection, because the module under test, with which this is compiled,
     * does not read java.management.
     */
    private static long allocated() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        Method count =
                Class.forName("com.sun.management.ThreadMXBean").getMethod("getThreadAllocatedBytes", long.class);
        return (Long) count.invoke(threads, Thread.currentThread().threadId());
    }

    private static long allocated(int tokens, GenerationOptions.Builder options) throws ReflectiveOperationException {
        ScriptedSequence.Script script = (ids, length, logits) -> {
            for (int i = 0; i < 900; i++) {
                logits[i] = (i * 31 + length) % 97 / 10f;
            }
        };
        TokenHistory history = new TokenHistory(new ScriptedSequence(script, 100_000, 1000));
        history.append(1);
        GenerationSetup setup = GenerationSetup.of(new ConstantFormat(), GenerationDefaults.none());
        GenerationLoop loop =
                new GenerationLoop(setup, history, options.maxNewTokens(tokens).build(), null, null);
        long before = allocated();
        GenerationResult result = loop.run();
        long bytes = allocated() - before;
        assertEquals(tokens, result.ids().length);
        return bytes;
    }

    /**
     * Between the two lengths the id buffer does not grow. What differs is the result: two copies of the ids and the
     * text, 9 bytes a token, and one growth of the text's buffer, 2.5 bytes a token. One object of any kind for each
     * token would be 16 bytes more.
     */
    private static void assertAllocatesNothingPerToken(GenerationOptions.Builder options)
            throws ReflectiveOperationException {
        allocated(2_000, options);
        long bytes = allocated(32_000, options) - allocated(17_000, options);
        double perToken = bytes / 15_000.0;
        assertTrue(perToken < 16, perToken + " bytes per token");
    }

    @Test
    void greedyDecodingAllocatesNothingPerToken() throws ReflectiveOperationException {
        assertAllocatesNothingPerToken(GenerationOptions.builder().doSample(false));
    }

    @Test
    void samplingAndPenaltiesAllocateNothingPerToken() throws ReflectiveOperationException {
        assertAllocatesNothingPerToken(GenerationOptions.builder()
                .topK(20)
                .topP(0.9)
                .minP(0.01)
                .repetitionPenalty(1.1)
                .presencePenalty(0.5)
                .seed(1));
        assertAllocatesNothingPerToken(
                GenerationOptions.builder().topK(0).topP(0.9).seed(1));
    }
}

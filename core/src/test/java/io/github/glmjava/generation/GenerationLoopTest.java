package io.github.glmjava.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.Cancellation;
import io.github.glmjava.FinishReason;
import io.github.glmjava.GeneratedToken;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.TokenListener;
import io.github.glmjava.TokenLogprob;
import io.github.glmjava.Usage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GenerationLoopTest {
    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();
    private static final GenerationSetup SETUP = GenerationSetup.of(TOKENIZER, GenerationDefaults.none());

    private final List<GeneratedToken> heard = new ArrayList<>();

    private GenerationResult run(TokenSequence sequence, int[] prompt, GenerationOptions.Builder options) {
        return run(new TokenHistory(sequence), prompt, options, null, heard::add);
    }

    private static GenerationResult run(
            TokenHistory tokens,
            int[] prompt,
            GenerationOptions.Builder options,
            @Nullable Cancellation cancellation,
            @Nullable TokenListener listener) {
        tokens.replace(prompt);
        return new GenerationLoop(SETUP, tokens, options.build(), cancellation, listener).run();
    }

    private String heardText() {
        StringBuilder text = new StringBuilder();
        heard.forEach(token -> text.append(token.text()));
        return text.toString();
    }

    private static ScriptedSequence saying(int promptLength, String text) {
        return new ScriptedSequence(ScriptedSequence.continuing(promptLength, TOKENIZER.encode(text)));
    }

    @Test
    void generatesUntilTheStopToken() {
        GenerationResult result = run(saying(3, "春天 ok"), new int[] {1, 2, 3}, GenerationOptions.builder());
        assertEquals("春天 ok", result.text());
        assertEquals("春天 ok", result.answer());
        assertArrayEquals(TOKENIZER.encode("春天 ok"), result.ids());
        assertEquals(FinishReason.STOP, result.finishReason());
        assertEquals(new Usage(3, 0, 9), result.usage());
        assertEquals("春天 ok", heardText());
        assertEquals(9, heard.size());
        for (int i = 0; i < 9; i++) {
            assertEquals(i, heard.get(i).index());
            assertEquals(result.ids()[i], heard.get(i).id());
        }
        assertEquals(List.of(), result.logprobs());
        assertTrue(result.timing().timeToFirstToken().compareTo(result.timing().promptTime()) >= 0);
    }

    @Test
    void everySourceOfStopIdsCounts() {
        GenerationSetup setup = GenerationSetup.of(
                TOKENIZER,
                new GenerationDefaults(
                        GenerationOptions.builder().stopIds(List.of('d' + 0)).build(),
                        List.of('a' + 0),
                        OptionalInt.empty()),
                'b');
        for (int stop : new int[] {'a', 'b', 'c', 'd', ByteTokenizer.STOP}) {
            TokenHistory tokens =
                    new TokenHistory(new ScriptedSequence(ScriptedSequence.continuing(1, 'x', stop, 'y')));
            tokens.append(0);
            GenerationOptions options =
                    GenerationOptions.builder().stopIds(List.of('c' + 0)).build();
            GenerationResult result = new GenerationLoop(setup, tokens, options, null, null).run();
            assertEquals("x", result.text());
            assertEquals(FinishReason.STOP, result.finishReason());
        }
    }

    @Test
    void limitsAreLength() {
        GenerationOptions.Builder four = GenerationOptions.builder().maxNewTokens(4);
        GenerationResult result = run(saying(3, "abcdefgh"), new int[] {1, 2, 3}, four);
        assertEquals("abcd", result.text());
        assertEquals(FinishReason.LENGTH, result.finishReason());
        result = run(
                saying(3, "abcdefgh"),
                new int[] {1, 2, 3},
                GenerationOptions.builder().maxLength(5));
        assertEquals("ab", result.text());
        assertEquals(FinishReason.LENGTH, result.finishReason());
        // as in transformers
        result = run(saying(3, "abcdefgh"), new int[] {1, 2, 3}, four.maxLength(5));
        assertEquals("abcd", result.text());
    }

    @Test
    void theContextLimitsTheAnswer() {
        ScriptedSequence sequence = new ScriptedSequence(
                ScriptedSequence.continuing(3, TOKENIZER.encode("abcdefgh")), 5, ByteTokenizer.SIZE);
        GenerationResult result = run(sequence, new int[] {1, 2, 3}, GenerationOptions.builder());
        // two fit, the third needs no room because nothing follows it
        assertEquals("abc", result.text());
        assertEquals(FinishReason.LENGTH, result.finishReason());
        assertEquals(5, sequence.length());
    }

    @Test
    void promptsThatDoNotFitAreRejected() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.continuing(3), 5, ByteTokenizer.SIZE);
        TokenHistory tokens = new TokenHistory(sequence);
        GenerationOptions.Builder none = GenerationOptions.builder();
        assertMessage("the prompt has 6 tokens, but the model's context holds only 5", tokens, none, 1, 2, 3, 4, 5, 6);
        assertMessage("the prompt has no tokens", tokens, none);
        assertMessage("token 1 of the prompt has id 262, but the model's ids are 0..261", tokens, none, 1, 262);
        assertMessage("token 0 of the prompt has id -1, but the model's ids are 0..261", tokens, none, -1, 2);
        assertMessage(
                "the prompt has 3 tokens, which leaves no room for an answer: maxLength, prompt and answer together, is 3;"
                        + " raise it or set maxNewTokens instead",
                tokens,
                GenerationOptions.builder().maxLength(3),
                1,
                2,
                3);
        assertEquals(0, sequence.fed());
    }

    private static void assertMessage(
            String message, TokenHistory tokens, GenerationOptions.Builder options, int... prompt) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> run(tokens, prompt, options, null, null));
        assertEquals(message, e.getMessage());
    }

    @Test
    void stopStringsEndTheAnswerBeforeThem() {
        GenerationResult result = run(
                saying(1, "one\n\nUser: two"),
                new int[] {1},
                GenerationOptions.builder().stopStrings("\n\nUser:", "zz"));
        assertEquals("one", result.text());
        assertEquals(FinishReason.STOP, result.finishReason());
        assertEquals("one", heardText());
        assertEquals("one\n\nUser:", TOKENIZER.decode(result.ids()));
    }

    @Test
    void heldBackTextComesAtTheEnd() {
        GenerationResult result = run(
                saying(1, "one\n\nUse"),
                new int[] {1},
                GenerationOptions.builder().stopStrings("\n\nUser:"));
        assertEquals("one\n\nUse", result.text());
        assertEquals(result.text(), heardText());
        assertEquals(GeneratedToken.NO_TOKEN, heard.getLast().id());
        assertEquals("\n\nUse", heard.getLast().text());
        heard.clear();
        result = run(saying(1, "a春"), new int[] {1}, GenerationOptions.builder().maxNewTokens(3));
        assertEquals("a\uFFFD", result.text());
        assertEquals(FinishReason.LENGTH, result.finishReason());
        assertEquals("a\uFFFD", heardText());
    }

    @Test
    void logprobsComeWithTokensAndResult() {
        GenerationResult result =
                run(saying(1, "hi"), new int[] {1}, GenerationOptions.builder().logprobs(2));
        double normalizer = Math.log(Math.exp(10) + ByteTokenizer.SIZE - 1);
        assertEquals(2, result.logprobs().size());
        TokenLogprob first = result.logprobs().getFirst();
        assertEquals('h', first.id());
        assertEquals(10 - normalizer, first.logprob(), 1e-9);
        assertEquals('h', first.top().get(0).id());
        assertEquals(0, first.top().get(1).id());
        assertEquals(-normalizer, first.top().get(1).logprob(), 1e-9);
        assertEquals(first, heard.getFirst().logprob().orElseThrow());
    }

    @Test
    void penaltiesActOnPromptAndAnswer() {
        // always the same two favourites, so that only penalties make a difference
        ScriptedSequence.Script script = (ids, length, logits) -> {
            logits['a'] = 3;
            logits['b'] = 2.5f;
            logits['c'] = 2;
        };
        GenerationOptions.Builder three = GenerationOptions.builder().maxNewTokens(3);
        assertEquals(
                "aaa", run(new ScriptedSequence(script), new int[] {1}, three).text());
        assertEquals(
                "aba",
                run(new ScriptedSequence(script), new int[] {1}, three.frequencyPenalty(0.6))
                        .text());
        assertEquals(
                "bca",
                run(
                                new ScriptedSequence(script),
                                new int[] {'a'},
                                GenerationOptions.builder().maxNewTokens(3).repetitionPenalty(1.8))
                        .text());
        assertEquals(
                "ccc",
                run(
                                new ScriptedSequence(script),
                                new int[] {'a'},
                                GenerationOptions.builder().maxNewTokens(3).logitBias('c', 1.5))
                        .text());
    }

    @Test
    void aSeedRepeatsTheAnswer() {
        ScriptedSequence.Script flat = (ids, length, logits) -> Arrays.fill(logits, 'a', 'z', 5);
        GenerationOptions.Builder options =
                GenerationOptions.builder().topP(0.9).seed(3).maxNewTokens(40);
        String first = run(new ScriptedSequence(flat), new int[] {1}, options).text();
        assertEquals(
                first, run(new ScriptedSequence(flat), new int[] {1}, options).text());
        String other =
                run(new ScriptedSequence(flat), new int[] {1}, options.seed(4)).text();
        assertFalse(first.equals(other), first);
    }

    @Test
    void longPromptsAreFedInSlicesAndCancelledBetweenThem() {
        ScriptedSequence sequence = saying(2000, "x");
        run(sequence, new int[2000], GenerationOptions.builder());
        assertEquals(512, sequence.largestAppend());
        Cancellation cancellation = new Cancellation();
        ScriptedSequence cancelling = new ScriptedSequence((ids, length, logits) -> logits['x'] = 1) {
            @Override
            public void append(int[] more, int from, int to) {
                super.append(more, from, to);
                if (length() >= 1024) {
                    cancellation.cancel();
                }
            }
        };
        TokenHistory tokens = new TokenHistory(cancelling);
        GenerationResult result = run(tokens, new int[2000], GenerationOptions.builder(), cancellation, heard::add);
        assertEquals(FinishReason.CANCELLED, result.finishReason());
        assertEquals(new Usage(2000, 0, 0), result.usage());
        assertEquals("", result.text());
        assertEquals(1024, cancelling.length());
    }

    @Test
    @Timeout(30)
    void isCancelledFromAnotherThread() throws InterruptedException {
        Cancellation cancellation = new Cancellation();
        CountDownLatch started = new CountDownLatch(1);
        ScriptedSequence endless =
                new ScriptedSequence((ids, length, logits) -> logits['x'] = 1, 50_000_000, ByteTokenizer.SIZE);
        Thread canceller = Thread.ofPlatform().start(() -> {
            try {
                started.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            cancellation.cancel();
        });
        GenerationResult result = run(
                new TokenHistory(endless),
                new int[] {1},
                GenerationOptions.builder(),
                cancellation,
                token -> started.countDown());
        canceller.join();
        assertEquals(FinishReason.CANCELLED, result.finishReason());
        assertTrue(result.ids().length > 0);
        assertEquals("x".repeat(result.ids().length), result.text());
    }

    @Test
    void aListenersExceptionLeavesTheHistoryUsable() {
        ScriptedSequence sequence = saying(2, "abcd");
        TokenHistory tokens = new TokenHistory(sequence);
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> run(tokens, new int[] {1, 2}, GenerationOptions.builder(), null, token -> {
                    if (token.index() == 2) {
                        throw new IllegalStateException("enough");
                    }
                }));
        assertEquals("enough", thrown.getMessage());
        assertEquals(5, tokens.length());
        GenerationResult again = run(tokens, new int[] {1, 2}, GenerationOptions.builder(), null, null);
        assertEquals("abcd", again.text());
        // the last token of a prompt is always computed, for the sake of its logits
        assertEquals(new Usage(2, 1, 4), again.usage());
    }

    @Test
    void logitsThatAreNoNumbersEndTheGeneration() {
        ScriptedSequence broken = new ScriptedSequence((ids, length, logits) -> logits[9] = Float.NaN);
        assertThrows(IllegalStateException.class, () -> run(broken, new int[] {1}, GenerationOptions.builder()));
    }

    @Test
    void aSharedBeginningIsNotComputedAgain() {
        ScriptedSequence sequence = new ScriptedSequence((ids, length, logits) -> logits['x'] = 1);
        TokenHistory tokens = new TokenHistory(sequence);
        GenerationOptions.Builder two = GenerationOptions.builder().maxNewTokens(2);
        run(tokens, new int[] {1, 2, 3, 4}, two, null, null);
        assertEquals(5, sequence.fed());
        GenerationResult result = run(tokens, new int[] {1, 2, 3, 9, 9}, two, null, null);
        assertEquals(new Usage(5, 3, 2), result.usage());
        assertEquals(5 + 3, sequence.fed());
        assertArrayEquals(new int[] {1, 2, 3, 9, 9, 'x'}, sequence.held());
        // a beginning of what is held
        result = run(tokens, new int[] {1, 2}, two, null, null);
        assertEquals(new Usage(2, 1, 2), result.usage());
    }
}

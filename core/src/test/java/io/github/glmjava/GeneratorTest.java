package io.github.glmjava;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.glmjava.generation.ByteTokenizer;
import io.github.glmjava.generation.GenerationDefaults;
import io.github.glmjava.generation.GenerationSetup;
import io.github.glmjava.generation.ScriptedSequence;
import io.github.glmjava.generation.TokenHistory;
import io.github.glmjava.tokenizer.ChatMessage;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final GenerationSetup SETUP = GenerationSetup.of(new ByteTokenizer(), GenerationDefaults.none());

    private static GenerationResult generate(ScriptedSequence sequence, GenerationRequest request) {
        return new Generator(SETUP).generate(new TokenHistory(sequence), request, null);
    }

    @Test
    void aTextIsAChatWhoseAnswerIsCleanedUp() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("\n Hi"));
        GenerationResult result = generate(sequence, GenerationRequest.ofText("yo"));
        assertEquals("\n Hi", result.text());
        assertEquals("Hi", result.answer());
        assertArrayEquals(
                new int[] {ByteTokenizer.USER, 'y', 'o', ByteTokenizer.ASSISTANT, '\n', ' ', 'H', 'i'},
                sequence.held());
    }

    @Test
    void conversationsCompletionsAndTokens() {
        ScriptedSequence chat = new ScriptedSequence(ScriptedSequence.answering("no", "B"));
        List<ChatMessage> messages = List.of(ChatMessage.user("a"), ChatMessage.assistant("b"), ChatMessage.user("c"));
        assertEquals("B", generate(chat, GenerationRequest.ofChat(messages)).text());
        ScriptedSequence completion = new ScriptedSequence(ScriptedSequence.continuing(3, ' ', 'x'));
        GenerationResult result = generate(completion, GenerationRequest.ofCompletion("ab"));
        assertEquals(" x", result.answer());
        assertArrayEquals(new int[] {ByteTokenizer.PREFIX, 'a', 'b', ' ', 'x'}, completion.held());
        int[] ids = {4, 5};
        GenerationRequest tokens = GenerationRequest.ofTokens(ids);
        ids[0] = 9;
        assertEquals(
                "y",
                generate(new ScriptedSequence(ScriptedSequence.continuing(2, 'y')), tokens)
                        .text());
    }

    @Test
    void emptyPromptsAreRejected() {
        assertThrows(IllegalArgumentException.class, () -> GenerationRequest.ofTokens());
        assertThrows(IllegalArgumentException.class, () -> GenerationRequest.ofChat(List.of()));
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.continuing(0));
        assertThrows(IllegalArgumentException.class, () -> generate(sequence, GenerationRequest.ofCompletion("")));
    }

    @Test
    void optionsFallBackToTheModels() {
        GenerationDefaults defaults = new GenerationDefaults(
                GenerationOptions.builder().maxNewTokens(2).build(), List.of(), OptionalInt.empty());
        Generator generator = new Generator(GenerationSetup.of(new ByteTokenizer(), defaults));
        ScriptedSequence.Script script = ScriptedSequence.continuing(1, 'a', 'b', 'c', 'd');
        GenerationRequest request = GenerationRequest.ofTokens(1);
        assertEquals(
                "ab",
                generator
                        .generate(new TokenHistory(new ScriptedSequence(script)), request, null)
                        .text());
        GenerationOptions three = GenerationOptions.builder().maxNewTokens(3).build();
        assertEquals(
                "abc",
                generator
                        .generate(new TokenHistory(new ScriptedSequence(script)), request.withOptions(three), null)
                        .text());
    }

    @Test
    void aRequestCanBeCancelled() {
        Cancellation cancellation = new Cancellation();
        cancellation.cancel();
        GenerationResult result = generate(
                new ScriptedSequence(ScriptedSequence.continuing(1, 'a')),
                GenerationRequest.ofTokens(1).withCancellation(cancellation));
        assertEquals(FinishReason.CANCELLED, result.finishReason());
    }

    @Test
    void speedsFollowFromCountsAndTimes() {
        Timing timing = new Timing(Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofMillis(501));
        assertEquals(60, timing.promptTokensPerSecond(new Usage(40, 10, 9)), 1e-9);
        assertEquals(4, timing.generatedTokensPerSecond(new Usage(40, 10, 9)), 1e-9);
        assertEquals(0, timing.generatedTokensPerSecond(new Usage(40, 10, 0)));
        assertEquals(
                0, new Timing(Duration.ZERO, Duration.ZERO, Duration.ZERO).promptTokensPerSecond(new Usage(1, 0, 0)));
    }
}

package io.github.glmjava;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.generation.ByteTokenizer;
import io.github.glmjava.generation.GenerationDefaults;
import io.github.glmjava.generation.GenerationSetup;
import io.github.glmjava.generation.ScriptedSequence;
import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.AnswerParser;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ChatSessionTest {
    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();
    private static final GenerationSetup SETUP = GenerationSetup.of(TOKENIZER, GenerationDefaults.none());
    private static final GenerationOptions UNSET = GenerationOptions.unset();

    private static ChatSession chat(ScriptedSequence sequence) {
        return new ChatSession(SETUP, sequence, ChatOptions.defaults());
    }

    private static int[] tokens(Object... parts) {
        List<Integer> ids = new ArrayList<>();
        for (Object part : parts) {
            if (part instanceof Integer id) {
                ids.add(id);
            } else {
                for (int id : TOKENIZER.encode(part.toString())) {
                    ids.add(id);
                }
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private static final int U = ByteTokenizer.USER;
    private static final int A = ByteTokenizer.ASSISTANT;

    @Test
    void aTurnFeedsOnlyItsOwnTokens() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("one", "two", "three"));
        try (ChatSession chat = chat(sequence)) {
            assertEquals("one", chat.send("1").answer());
            assertEquals(3 + 3, sequence.fed());
            GenerationResult second = chat.send("2");
            assertEquals("two", second.answer());
            assertEquals(new Usage(9, 6, 3), second.usage());
            assertEquals(6 + 6, sequence.fed());
            assertEquals("three", chat.send("3").answer());
            assertArrayEquals(tokens(U, "1", A, "one", U, "2", A, "two", U, "3", A, "three"), sequence.held());
            assertEquals(6, chat.history().size());
        }
        assertTrue(sequence.isClosed());
    }

    @Test
    void theHistoryHoldsCleanAnswersAndTheSequenceWhatTheModelSaid() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("\n one", "two"));
        try (ChatSession chat = chat(sequence)) {
            StringBuilder streamed = new StringBuilder();
            GenerationResult result = chat.send("1", token -> streamed.append(token.text()));
            assertEquals("\n one", streamed.toString());
            assertEquals("\n one", result.text());
            assertEquals("one", result.answer());
            chat.send("2");
            assertEquals(
                    List.of(
                            ChatMessage.user("1"),
                            ChatMessage.assistant("one"),
                            ChatMessage.user("2"),
                            ChatMessage.assistant("two")),
                    chat.history());
            assertArrayEquals(tokens(U, "1", A, "\n one", U, "2", A, "two"), sequence.held());
        }
    }

    /** As a chat template is: with variables, and without continuations. */
    private static final class TemplateFormat extends ByteTokenizer {
        @Override
        public boolean canContinue() {
            return false;
        }

        @Override
        public PromptFormat withVariables(Map<String, ?> variables) {
            assertEquals(Map.of("enable_thinking", false), variables);
            return this;
        }

        @Override
        public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
            throw new AssertionError("there is no continuation");
        }
    }

    @Test
    void aFormatWithoutContinuationEncodesTheWholeConversation() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("\n one", "two"));
        GenerationSetup setup = GenerationSetup.of(new TemplateFormat(), GenerationDefaults.none());
        ChatOptions options = ChatOptions.builder().thinking(false).build();
        try (ChatSession chat = new ChatSession(setup, sequence, options)) {
            chat.send("1");
            chat.send("2");
            assertArrayEquals(tokens(U, "1", A, "one", U, "2", A, "two"), sequence.held());
        }
    }

    /** Answers are a tool's name, or text if no tool of that name is offered. */
    private static final class CallingFormat extends ByteTokenizer implements AnswerFormat {
        @Override
        public AnswerFormat answerFormat() {
            return this;
        }

        @Override
        public AnswerParser newParser(List<?> tools) {
            StringBuilder all = new StringBuilder();
            return new AnswerParser() {
                @Override
                public Answer append(CharSequence piece) {
                    all.append(piece);
                    return new Answer("", "", List.of());
                }

                @Override
                public Answer finish() {
                    String text = all.toString();
                    return tools.contains(text)
                            ? new Answer("", "hm", List.of(new ToolCall(text, "", Map.of())))
                            : new Answer(text, "", List.of());
                }
            };
        }

        @Override
        public List<ChatMessage> messages(String answer, Answer parsed) {
            return List.of(new ChatMessage(
                    ChatRole.ASSISTANT, "", parsed.text(), null, parsed.reasoning(), parsed.toolCalls()));
        }
    }

    @Test
    void toolsAreCalledAndTheirResultsSentBack() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("clock", "noon"));
        GenerationSetup setup = GenerationSetup.of(new CallingFormat(), GenerationDefaults.none());
        ChatOptions options = ChatOptions.builder().tools(List.of("clock")).build();
        try (ChatSession chat = new ChatSession(setup, sequence, options)) {
            AnswerParser parser = chat.newAnswerParser();
            GenerationResult reply = chat.send("time?", token -> parser.append(token.text()));
            ToolCall call = new ToolCall("clock", "", Map.of());
            assertEquals(List.of(call), reply.toolCalls());
            assertEquals(List.of(call), parser.finish().toolCalls());
            assertEquals("hm", reply.reasoning());
            assertEquals("", reply.answer());
            List<ChatMessage> results = List.of(ChatMessage.observation("12"), ChatMessage.observation("00"));
            GenerationResult answer = chat.send(results);
            assertEquals("noon", answer.answer());
            assertEquals(List.of(), answer.toolCalls());
            int observed = ByteTokenizer.OBSERVATION;
            assertArrayEquals(
                    tokens(ByteTokenizer.SYSTEM, U, "time?", A, "clock", observed, "12", observed, "00", A, "noon"),
                    sequence.held());
            assertEquals(
                    List.of(
                            new ChatMessage(ChatRole.ASSISTANT, "", "", null, "hm", List.of(call)),
                            results.get(0),
                            results.get(1),
                            ChatMessage.assistant("noon")),
                    chat.history().subList(2, 6));
            assertThrows(IllegalArgumentException.class, () -> chat.send(List.of()));
            assertThrows(IllegalArgumentException.class, () -> chat.send(List.of(ChatMessage.assistant("x"))));
        }
    }

    @Test
    void aFixedFormatRejectsVariables() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("one"));
        ChatOptions options = ChatOptions.builder().thinking(true).build();
        assertThrows(IllegalArgumentException.class, () -> new ChatSession(SETUP, sequence, options));
    }

    @Test
    void anAnswerCutByALimitStaysAndItsLastTokenIsFedLater() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("abcdef", "two"));
        try (ChatSession chat = chat(sequence)) {
            GenerationOptions three =
                    GenerationOptions.builder().maxNewTokens(3).build();
            GenerationResult cut = chat.send(ChatMessage.user("1"), three, null, null);
            assertEquals(FinishReason.LENGTH, cut.finishReason());
            assertArrayEquals(tokens(U, "1", A, "ab"), sequence.held());
            assertEquals("abc", chat.history().getLast().content());
            GenerationResult second = chat.send("2");
            assertEquals("two", second.answer());
            assertEquals(5, second.usage().cachedTokens());
            assertArrayEquals(tokens(U, "1", A, "abc", U, "2", A, "two"), sequence.held());
        }
    }

    @Test
    void aCancelledAnswerStaysAsFarAsItWent() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("abcdef", "two"));
        try (ChatSession chat = chat(sequence)) {
            Cancellation cancellation = new Cancellation();
            GenerationResult cut = chat.send(
                    ChatMessage.user("1"),
                    UNSET,
                    token -> {
                        if (token.id() == 'b') {
                            cancellation.cancel();
                        }
                    },
                    cancellation);
            assertEquals(FinishReason.CANCELLED, cut.finishReason());
            assertEquals("ab", chat.history().getLast().content());
            assertEquals("two", chat.send("2").answer());
            assertArrayEquals(tokens(U, "1", A, "ab", U, "2", A, "two"), sequence.held());
        }
    }

    @Test
    void aTurnCancelledBeforeItsAnswerDidNotHappen() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("one", "two"));
        try (ChatSession chat = chat(sequence)) {
            Cancellation cancellation = new Cancellation();
            cancellation.cancel();
            assertEquals(
                    FinishReason.CANCELLED,
                    chat.send(ChatMessage.user("0"), UNSET, null, cancellation).finishReason());
            assertEquals(List.of(), chat.history());
            chat.send("1");
            assertEquals(
                    "",
                    chat.send(ChatMessage.user("x"), UNSET, null, cancellation).answer());
            assertEquals(2, chat.history().size());
            assertEquals("two", chat.send("2").answer());
            assertArrayEquals(tokens(U, "1", A, "one", U, "2", A, "two"), sequence.held());
        }
    }

    @Test
    void aTurnThatFailedDidNotHappen() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("abcd", "efgh", "three"));
        try (ChatSession chat = chat(sequence)) {
            TokenListener failing = token -> {
                if (token.index() == 2) {
                    throw new UnsupportedOperationException("enough");
                }
            };
            assertThrows(UnsupportedOperationException.class, () -> chat.send("0", failing));
            assertEquals(List.of(), chat.history());
            GenerationOptions three =
                    GenerationOptions.builder().maxNewTokens(3).build();
            chat.send(ChatMessage.user("1"), three, null, null);
            assertThrows(UnsupportedOperationException.class, () -> chat.send("x", failing));
            assertEquals(2, chat.history().size());
            assertEquals("efgh", chat.send("2").answer());
            assertArrayEquals(tokens(U, "1", A, "abc", U, "2", A, "efgh"), sequence.held());
        }
    }

    @Test
    void theModelDoesNotSeeAStopStringInTheNextTurn() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("one##two", "2nd"));
        GenerationOptions stop = GenerationOptions.builder().stopStrings("##").build();
        ChatOptions options = ChatOptions.builder().generation(stop).build();
        try (ChatSession chat = new ChatSession(SETUP, sequence, options)) {
            assertEquals("one", chat.send("1").answer());
            GenerationResult second = chat.send("2");
            assertEquals("2nd", second.answer());
            assertEquals(6, second.usage().cachedTokens());
            assertArrayEquals(tokens(U, "1", A, "one", U, "2", A, "2nd"), sequence.held());
        }
    }

    @Test
    void aConversationThatOutgrowsTheContextFailsAndCanBeReset() {
        ScriptedSequence sequence =
                new ScriptedSequence(ScriptedSequence.answering("one", "two", "three"), 12, ByteTokenizer.SIZE);
        ChatOptions options = ChatOptions.builder().system("s").build();
        try (ChatSession chat = new ChatSession(SETUP, sequence, options)) {
            chat.send("1");
            List<ChatMessage> before = chat.history();
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> chat.send("too long"));
            assertEquals("the prompt has 18 tokens, but the model's context holds only 12", e.getMessage());
            assertEquals(before, chat.history());
            assertEquals(FinishReason.LENGTH, chat.send("2").finishReason());
            chat.reset();
            assertEquals(List.of(ChatMessage.system("s")), chat.history());
            assertEquals(0, sequence.length());
            assertEquals("one", chat.send("again").answer());
        }
    }

    @Test
    void earlierMessagesAreContinued() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("one", "two"));
        List<ChatMessage> saved;
        try (ChatSession chat = chat(sequence)) {
            chat.send("1");
            saved = chat.history();
        }
        ScriptedSequence fresh = new ScriptedSequence(ScriptedSequence.answering("one", "two"));
        ChatOptions options = ChatOptions.builder().messages(saved).build();
        try (ChatSession chat = new ChatSession(SETUP, fresh, options)) {
            assertEquals("two", chat.send("2").answer());
            assertArrayEquals(tokens(U, "1", A, "one", U, "2", A, "two"), fresh.held());
            assertEquals(4, chat.history().size());
        }
    }

    @Test
    void systemAndToolsMakeTheFirstMessage() {
        List<?> tools = List.of("tool");
        ChatOptions options = ChatOptions.builder().system("s").tools(tools).build();
        assertEquals(List.of(new ChatMessage(ChatRole.SYSTEM, "", "s", tools)), options.messages());
        assertNull(
                ChatOptions.builder().system("s").build().messages().getFirst().tools());
        assertThrows(
                IllegalArgumentException.class,
                () -> ChatOptions.builder()
                        .system("s")
                        .messages(options.messages())
                        .build());
    }

    @Test
    void turnOptionsFallBackToTheSessions() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("abcdef", "ghijkl"));
        ChatOptions options = ChatOptions.builder()
                .generation(GenerationOptions.builder().maxNewTokens(2).build())
                .build();
        try (ChatSession chat = new ChatSession(SETUP, sequence, options)) {
            assertEquals("ab", chat.send("1").answer());
            GenerationOptions logprobs = GenerationOptions.builder().logprobs(0).build();
            GenerationResult result = chat.send(ChatMessage.user("2"), logprobs, null, null);
            assertEquals("gh", result.answer());
            assertEquals(2, result.logprobs().size());
        }
    }

    @Test
    void misuseIsRejected() {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("one"));
        ChatSession chat = chat(sequence);
        assertThrows(IllegalArgumentException.class, () -> chat.send(ChatMessage.assistant("x"), UNSET, null, null));
        assertThrows(IllegalStateException.class, () -> chat.send("1", token -> chat.send("within")));
        assertThrows(IllegalStateException.class, () -> chat.send("1", token -> chat.close()));
        assertEquals("one", chat.send("1").answer());
        chat.close();
        chat.close();
        assertThrows(IllegalStateException.class, () -> chat.send("2"));
        assertThrows(IllegalStateException.class, chat::reset);
    }

    @Test
    @Timeout(30)
    void useByASecondThreadIsDetected() throws InterruptedException {
        ScriptedSequence sequence = new ScriptedSequence(ScriptedSequence.answering("one"));
        try (ChatSession chat = chat(sequence)) {
            CountDownLatch generating = new CountDownLatch(1);
            CountDownLatch tried = new CountDownLatch(1);
            AtomicReference<String> answer = new AtomicReference<>("");
            Thread first = Thread.ofPlatform()
                    .start(() -> answer.set(chat.send("1", token -> {
                                generating.countDown();
                                try {
                                    tried.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            })
                            .answer()));
            generating.await();
            assertThrows(IllegalStateException.class, () -> chat.send("2"));
            assertThrows(IllegalStateException.class, chat::reset);
            assertEquals(List.of(), chat.history());
            tried.countDown();
            first.join();
            assertEquals("one", answer.get());
        }
    }
}

package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.GeneratedToken;
import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.AnswerParser;
import io.github.glmjava.tokenizer.ToolCall;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What goes through a pipe: the answer alone to stdout. */
class ChatPrinterTest {
    /** A stream of answers in place of a model: "think", "call" and "code" are what they say, everything else is text. */
    private static final class Marks implements AnswerParser {
        @Override
        public Answer append(CharSequence piece) {
            return switch (piece.toString()) {
                case "think" -> new Answer("", "hm, ", List.of());
                case "call" -> new Answer("", "", List.of(new ToolCall("weather", "{}", Map.of("city", "北京"))));
                case "code" -> new Answer("", "", List.of(new ToolCall("interpreter", "print(1)", null)));
                default -> new Answer(piece.toString(), "", List.of());
            };
        }

        @Override
        public Answer finish() {
            return new Answer("!", "", List.of());
        }
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private void print(String... pieces) {
        CommandStreams streams = new CommandStreams(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                false);
        try (PipedTerminal terminal = new PipedTerminal(streams)) {
            ChatPrinter printer = new ChatPrinter(terminal, new Marks());
            for (int i = 0; i < pieces.length; i++) {
                printer.onToken(new GeneratedToken(i, i, pieces[i], null));
            }
            printer.finish();
        }
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void reasoningIsNotTheAnswer() {
        print("think", "think", "Good", " morning");

        assertEquals("Good morning!\n", text(out));
        assertEquals("hm, hm, \n", text(err));
    }

    @Test
    void callsAreShownWithTheirArguments() {
        print("I ask", "call", "code");

        assertEquals("I ask\n!\n", text(out));
        assertEquals("[calls weather] {\"city\": \"北京\"}\n[calls interpreter] print(1)\n", text(err));
    }
}

package io.github.glmjava.cli;

import io.github.glmjava.GeneratedToken;
import io.github.glmjava.TokenListener;
import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.AnswerParser;
import io.github.glmjava.tokenizer.ToolCall;

/** Shows an answer of a chat while it is generated: what is said as it is, reasoning and calls of tools as such. */
final class ChatPrinter implements TokenListener {
    private final ChatTerminal terminal;
    private final AnswerParser parser;
    private boolean reasons;
    private boolean speaks;

    /**
     * A printer for one answer.
     *
     * @param parser takes this answer apart
     */
    ChatPrinter(ChatTerminal terminal, AnswerParser parser) {
        this.terminal = terminal;
        this.parser = parser;
    }

    @Override
    public void onToken(GeneratedToken token) {
        print(parser.append(token.text()));
    }

    /** Shows the rest, and ends the line. */
    void finish() {
        print(parser.finish());
        endReasoning();
        terminal.out().println();
        terminal.out().flush();
    }

    private void print(Answer part) {
        if (!part.reasoning().isEmpty()) {
            terminal.reasoning(part.reasoning());
            reasons = true;
        }
        if (!part.text().isEmpty()) {
            endReasoning();
            terminal.out().print(part.text());
            terminal.out().flush();
            speaks = true;
        }
        for (ToolCall call : part.toolCalls()) {
            endReasoning();
            if (speaks) {
                terminal.out().println();
                speaks = false;
            }
            boolean code = call.arguments() == null;
            terminal.note("[calls " + call.name() + "] " + (code ? call.content() : call.argumentsJson()));
        }
    }

    private void endReasoning() {
        if (reasons) {
            terminal.reasoning("\n");
            reasons = false;
        }
    }
}

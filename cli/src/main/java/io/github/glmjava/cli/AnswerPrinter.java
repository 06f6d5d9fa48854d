package io.github.glmjava.cli;

import io.github.glmjava.GeneratedToken;
import io.github.glmjava.TokenListener;
import java.io.PrintWriter;

/** Prints an answer as it is written, while it is generated. */
final class AnswerPrinter implements TokenListener {
    private final PrintWriter out;
    private boolean skipBlanks;

    /**
     * A printer for one answer.
     *
     * @param skipBlanks whether to leave out blanks before the first text, which answers in a chat begin with
     */
    AnswerPrinter(PrintWriter out, boolean skipBlanks) {
        this.out = out;
        this.skipBlanks = skipBlanks;
    }

    @Override
    public void onToken(GeneratedToken token) {
        String text = skipBlanks ? token.text().stripLeading() : token.text();
        if (!text.isEmpty()) {
            skipBlanks = false;
            out.print(text);
            out.flush();
        }
    }
}

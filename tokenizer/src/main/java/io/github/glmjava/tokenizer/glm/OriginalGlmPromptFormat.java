package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.BlankText;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.PromptFormat;
import java.util.List;

/**
 * The prompts of the original GLM, which fills blanks and knows no conversations: a text between {@code [CLS]} and
 * {@code <|endoftext|>}, or what its kind of tokenizer has for them, then {@code <|startofpiece|>} where the filling begins. A plain text is continued as if a mask stood at its
 * end ({@code read_context} of THUDM/GLM's generate_samples.py).
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class OriginalGlmPromptFormat implements PromptFormat {
    private final OriginalGlmTokenizer tokenizer;

    /** Prompts of this tokenizer. */
    public OriginalGlmPromptFormat(OriginalGlmTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public OriginalGlmTokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public int[] encodeText(String text) {
        OriginalGlmNames names = tokenizer.names();
        int[] plain = tokenizer.encode(text);
        int[] ids = new int[plain.length + 4];
        ids[0] = tokenizer.specialId(names.begin());
        System.arraycopy(plain, 0, ids, 1, plain.length);
        ids[plain.length + 1] = tokenizer.specialId(tokenizer.endMask());
        ids[plain.length + 2] = tokenizer.specialId(names.end());
        ids[plain.length + 3] = tokenizer.specialId(OriginalGlmNames.START_OF_PIECE);
        return ids;
    }

    /** {@inheritDoc} A single message of the user is a text to be continued; there is nothing else. */
    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        if (messages.size() != 1 || messages.getFirst().role() != ChatRole.USER) {
            throw new IllegalArgumentException(
                    "the original GLM has no conversations: it continues a single text, or fills its blanks");
        }
        return encodeText(messages.getFirst().content());
    }

    @Override
    public boolean canContinue() {
        return false;
    }

    @Override
    public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
        throw new UnsupportedOperationException("the original GLM has no conversations");
    }

    @Override
    public BlankText encodeBlanks(String text) {
        return tokenizer.encodeBlanks(text);
    }

    @Override
    public int[] stopIds() {
        return new int[] {
            tokenizer.specialId(OriginalGlmNames.END_OF_PIECE),
            tokenizer.specialId(tokenizer.names().endOfText())
        };
    }

    @Override
    public AnswerFormat answerFormat() {
        return AnswerFormat.text();
    }
}

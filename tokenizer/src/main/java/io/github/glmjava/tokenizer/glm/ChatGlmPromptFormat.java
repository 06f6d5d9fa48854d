package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.answer.AnswerLayout;
import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.List;

/**
 * The prompts of ChatGLM-6B: rounds of question and answer as plain text ({@code chat} of {@code modeling_chatglm.py}), and
 * {@code [gMASK] <sop>} behind the text. A single question stands there by itself. There are no roles: a conversation alternates
 * between user and assistant and has neither system messages nor tools.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChatGlmPromptFormat implements PromptFormat {
    private static final AnswerFormat ANSWERS = new AnswerLayout(
            AnswerLayout.Reasoning.NONE,
            AnswerLayout.CallSyntax.NONE,
            next -> AnswerLayout.namingTrainingTime(new FullWidthStage(next)));

    private final ChatGlmTokenizer tokenizer;
    private final boolean readsSpecialTokens;
    private final int[] suffix;

    /**
     * Prompts in which no text becomes a special token.
     *
     * @param file the model file of the checkpoint
     * @param imageTokens how many ids come before the pieces: 0, or 20,000 in the first releases
     * @throws IllegalArgumentException if the file lacks the special tokens of this family
     */
    public ChatGlmPromptFormat(SentencePieceTokenizer file, int imageTokens) {
        this(new ChatGlmTokenizer(file, imageTokens), false);
    }

    private ChatGlmPromptFormat(ChatGlmTokenizer tokenizer, boolean readsSpecialTokens) {
        this.tokenizer = tokenizer;
        this.readsSpecialTokens = readsSpecialTokens;
        suffix = new int[] {tokenizer.specialId("[gMASK]"), tokenizer.specialId("<sop>")};
    }

    /**
     * The same prompts, but with special tokens read in texts as {@link ChatGlmTokenizer#encodeWithSpecialTokens} does: what the
     * original does with all text. Not for text that others wrote.
     */
    public ChatGlmPromptFormat readingSpecialTokens() {
        return new ChatGlmPromptFormat(tokenizer, true);
    }

    @Override
    public ChatGlmTokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public int[] encodeText(String text) {
        IntList ids = new IntList(text.length() / 2);
        ids.addAll(readsSpecialTokens ? tokenizer.encodeWithSpecialTokens(text) : tokenizer.encode(text));
        ids.addAll(suffix);
        return ids.toArray();
    }

    /** {@inheritDoc} Questions and answers alternate, the first and the last message are the user's. */
    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        Conversations.requireRounds(messages, "ChatGLM");
        return encodeText(prompt(messages));
    }

    private static String prompt(List<ChatMessage> messages) {
        if (messages.size() == 1) {
            return messages.getFirst().content();
        }
        StringBuilder prompt = new StringBuilder();
        for (int i = 0; i < messages.size(); i++) {
            String content = messages.get(i).content();
            if (i % 2 == 0) {
                prompt.append("[Round ").append(i / 2).append("]\n问：");
                prompt.append(content).append("\n答：");
            } else {
                prompt.append(content).append('\n');
            }
        }
        return prompt.toString();
    }

    /** {@inheritDoc} It cannot: the special tokens stand behind the whole conversation. */
    @Override
    public boolean canContinue() {
        return false;
    }

    @Override
    public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
        throw new UnsupportedOperationException(
                "a prompt of ChatGLM-6B ends with [gMASK] and <sop>, so it cannot go on");
    }

    @Override
    public int[] stopIds() {
        return new int[] {tokenizer.specialId("<eop>")};
    }

    @Override
    public AnswerFormat answerFormat() {
        return ANSWERS;
    }
}

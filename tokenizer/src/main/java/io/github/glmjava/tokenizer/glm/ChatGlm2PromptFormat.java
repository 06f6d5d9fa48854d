package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.answer.AnswerLayout;
import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.Arrays;
import java.util.List;

/**
 * The prompts of ChatGLM2: rounds of question and answer as plain text, encoded in one go ({@code build_prompt},
 * {@code build_inputs} and {@code build_stream_inputs} of {@code modeling_chatglm.py}). There are no roles: a conversation
 * alternates between user and assistant and has neither system messages nor tools.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChatGlm2PromptFormat implements PromptFormat {
    private static final AnswerFormat ANSWERS = new AnswerLayout(
            AnswerLayout.Reasoning.NONE, AnswerLayout.CallSyntax.NONE, AnswerLayout::namingTrainingTime);

    private final ChatGlm2Tokenizer tokenizer;
    private final int[] prefix;

    /** @param file the model file of the checkpoint */
    public ChatGlm2PromptFormat(SentencePieceTokenizer file) {
        tokenizer = new ChatGlm2Tokenizer(file);
        prefix = new int[] {tokenizer.specialId("[gMASK]"), tokenizer.specialId("sop")};
    }

    @Override
    public ChatGlm2Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public int[] encodeText(String text) {
        IntList ids = new IntList(text.length() / 2);
        ids.addAll(prefix);
        ids.addAll(tokenizer.encode(text));
        return ids.toArray();
    }

    /** {@inheritDoc} Questions and answers alternate, the first and the last message are the user's. */
    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        return encodeText(rounds(messages, 1));
    }

    /** {@inheritDoc} The original's streaming chat does this when it keeps the cache. */
    @Override
    public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
        if (earlier.isEmpty() || earlier.getLast().role() != ChatRole.ASSISTANT) {
            throw new IllegalArgumentException("the earlier messages do not end with an answer");
        }
        int round = 1;
        for (ChatMessage message : earlier) {
            round += message.role() == ChatRole.USER ? 1 : 0;
        }
        int[] ids = tokenizer.encode("\n\n" + rounds(next, round));
        // The first id is the dummy space, which no text has in its middle.
        return Arrays.copyOfRange(ids, 1, ids.length);
    }

    private static String rounds(List<ChatMessage> messages, int firstRound) {
        Conversations.requireRounds(messages, "ChatGLM2");
        StringBuilder prompt = new StringBuilder();
        for (int i = 0; i < messages.size(); i++) {
            ChatMessage message = messages.get(i);
            if (message.role() == ChatRole.USER) {
                prompt.append("[Round ").append(firstRound + i / 2).append("]\n\n问：");
                prompt.append(message.content()).append("\n\n答：");
            } else {
                prompt.append(message.content()).append("\n\n");
            }
        }
        return prompt.toString();
    }

    @Override
    public int[] stopIds() {
        return new int[] {tokenizer.eosId()};
    }

    @Override
    public AnswerFormat answerFormat() {
        return ANSWERS;
    }
}

package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.answer.AnswerLayout;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.python.PythonJson;
import java.util.List;

/**
 * The prompts of ChatGLM3 ({@code build_chat_input} of {@code tokenization_chatglm.py}): {@code [gMASK] sop}, then for each
 * message its role token, {@code metadata + "\n"} and the content, both encoded by themselves; {@code <|assistant|>} at the
 * end. A system message with tools is followed by their JSON.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChatGlm3PromptFormat implements PromptFormat {
    private static final AnswerFormat ANSWERS = new AnswerLayout(
            AnswerLayout.Reasoning.NONE,
            AnswerLayout.CallSyntax.NAME_AND_FENCED_BLOCK,
            AnswerLayout::namingTrainingTime);

    private final ChatGlm3Tokenizer tokenizer;
    private final int[] prefix;

    /** @param file the model file of the checkpoint */
    public ChatGlm3PromptFormat(SentencePieceTokenizer file) {
        tokenizer = new ChatGlm3Tokenizer(file);
        prefix = new int[] {tokenizer.specialId("[gMASK]"), tokenizer.specialId("sop")};
    }

    @Override
    public ChatGlm3Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public int[] encodeText(String text) {
        IntList ids = new IntList(text.length() / 2);
        ids.addAll(prefix);
        ids.addAll(tokenizer.encode(text));
        return ids.toArray();
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        IntList ids = new IntList(256);
        ids.addAll(prefix);
        addAll(messages, ids);
        return ids.toArray();
    }

    @Override
    public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
        IntList ids = new IntList(256);
        addAll(next, ids);
        return ids.toArray();
    }

    private void addAll(List<ChatMessage> messages, IntList ids) {
        Conversations.requireQuestion(messages);
        for (ChatMessage message : messages) {
            String content = message.content();
            if (message.role() == ChatRole.SYSTEM && message.tools() != null) {
                content += "\n" + PythonJson.indented(message.tools());
            }
            ids.add(tokenizer.roleId(message.role()));
            ids.addAll(tokenizer.encode(message.metadata() + "\n"));
            ids.addAll(tokenizer.encode(content));
        }
        ids.add(tokenizer.roleId(ChatRole.ASSISTANT));
    }

    @Override
    public int[] stopIds() {
        return new int[] {tokenizer.eosId(), tokenizer.roleId(ChatRole.USER), tokenizer.roleId(ChatRole.OBSERVATION)};
    }

    @Override
    public AnswerFormat answerFormat() {
        return ANSWERS;
    }

    @Override
    public IncrementalDecoder newAnswerDecoder() {
        return tokenizer.newAnswerDecoder();
    }
}

package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.python.PythonJson;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.List;

/**
 * The prompts of ChatGLM3 ({@code build_chat_input} of {@code tokenization_chatglm.py}): {@code [gMASK] sop}, then for each
 * message its role token, {@code metadata + "\n"} and the content, both encoded by themselves; {@code <|assistant|>} at the
 * end. A system message with tools is followed by their JSON.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChatGlm3PromptFormat implements PromptFormat {
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

    /**
     * {@inheritDoc} Of several messages in one answer the last is shown; a call of a tool is shown as it is.
     *
     * @param answer with {@code <|assistant|>} between messages, as {@link ChatGlm3Tokenizer#decodeWithSpecialTokens} gives it
     */
    @Override
    public String cleanAnswer(String answer) {
        return Answers.clean(answer);
    }

    /**
     * The messages of an answer, to be added to the conversation: {@code <|assistant|>} separates them, and a first line that is
     * not blank is the metadata, the name of a tool that the model calls.
     *
     * @param answer as {@link ChatGlm3Tokenizer#decodeWithSpecialTokens} gives it
     * @return at least one message of the assistant
     */
    public List<ChatMessage> parseAnswer(String answer) {
        return Answers.parse(answer);
    }

    /**
     * The call of a tool in a message of the assistant, which has the tool's name as metadata and as content a fenced block with
     * {@code tool_call(name=value, ...)}.
     *
     * @param message one of {@link #parseAnswer} with metadata that is not blank
     */
    public ToolCall toolCall(ChatMessage message) {
        String name = PythonText.strip(message.metadata());
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the message names no tool");
        }
        return new ToolCall(name, message.content(), PythonCall.parseFenced(message.content()));
    }
}

package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.TiktokenTokenizer;
import io.github.glmjava.tokenizer.answer.AnswerLayout;
import io.github.glmjava.tokenizer.answer.NamedTokenDecoder;
import io.github.glmjava.tokenizer.bpe.IntList;
import java.util.List;

/**
 * The prompts of GLM-4 ({@code apply_chat_template} of {@code tokenization_chatglm.py}): {@code [gMASK] <sop>}, then for each
 * message its role token, {@code metadata + "\n"} and the content, both encoded by themselves; {@code <|assistant|>} at the
 * end. A message without content is left out; one with tools is preceded by a system message that describes them.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class Glm4PromptFormat implements PromptFormat {
    private static final AnswerFormat ANSWERS = new AnswerLayout(
            AnswerLayout.Reasoning.NONE, AnswerLayout.CallSyntax.NAME_AND_JSON, AnswerLayout::namingTrainingTime);

    private final Glm4Tokenizer tokenizer;
    private final Glm4Revision revision;
    private final int[] prefix;

    /**
     * The prompts of the newest revision.
     *
     * @param file the ranks of the checkpoint
     */
    public Glm4PromptFormat(TiktokenTokenizer file) {
        this(file, Glm4Revision.LATER);
    }

    /**
     * The prompts of a revision; they differ only if there are tools.
     *
     * @param file the ranks of the checkpoint
     * @param revision which wording describes tools
     */
    public Glm4PromptFormat(TiktokenTokenizer file, Glm4Revision revision) {
        this.tokenizer = new Glm4Tokenizer(file);
        this.revision = revision;
        this.prefix = new int[] {tokenizer.specialId("[gMASK]"), tokenizer.specialId("<sop>")};
    }

    @Override
    public Glm4Tokenizer tokenizer() {
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
        Conversations.requireQuestion(messages);
        return encodeConversation(messages, true);
    }

    /**
     * A conversation that may be finished, for instance to measure how probable it is.
     *
     * @param messages any number, by anyone
     * @param answerNext whether {@code <|assistant|>} follows
     * @return ids with the prefix
     */
    public int[] encodeConversation(List<ChatMessage> messages, boolean answerNext) {
        IntList ids = new IntList(256);
        ids.addAll(prefix);
        addAll(messages, answerNext, ids);
        return ids.toArray();
    }

    @Override
    public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
        Conversations.requireQuestion(next);
        IntList ids = new IntList(256);
        addAll(next, true, ids);
        return ids.toArray();
    }

    private void addAll(List<ChatMessage> messages, boolean answerNext, IntList ids) {
        for (ChatMessage message : messages) {
            if (message.tools() != null && !message.tools().isEmpty()) {
                add(ChatMessage.system(Glm4ToolPrompt.of(message.tools(), revision)), ids);
            }
            if (!message.content().isEmpty()) {
                add(message, ids);
            }
        }
        if (answerNext) {
            ids.add(tokenizer.roleId(ChatRole.ASSISTANT));
        }
    }

    private void add(ChatMessage message, IntList ids) {
        ids.add(tokenizer.roleId(message.role()));
        ids.addAll(tokenizer.encode(message.metadata() + "\n"));
        ids.addAll(tokenizer.encode(message.content()));
    }

    @Override
    public int[] stopIds() {
        return new int[] {
            tokenizer.specialId("<|endoftext|>"),
            tokenizer.roleId(ChatRole.USER),
            tokenizer.roleId(ChatRole.OBSERVATION)
        };
    }

    @Override
    public AnswerFormat answerFormat() {
        return ANSWERS;
    }

    @Override
    public IncrementalDecoder newAnswerDecoder() {
        return new NamedTokenDecoder(
                tokenizer.roleId(ChatRole.ASSISTANT), tokenizer.newDecoder(), tokenizer::newDecoder);
    }
}

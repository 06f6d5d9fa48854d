package io.github.glmjava.tokenizer.answer;

import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.AnswerParser;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The answer format of a family.
 *
 * @param reasoning whether answers begin with reasoning
 * @param calls how calls of tools are written
 * @param clean what is done to the text besides leaving out white space around it: gives a stage to put before the given one
 */
public record AnswerLayout(Reasoning reasoning, CallSyntax calls, UnaryOperator<TextStage> clean)
        implements AnswerFormat {
    /** Reasoning at the beginning of answers. */
    public enum Reasoning {
        NONE,
        /** Between {@code <think>} and {@code </think>}, if there is any. */
        MARKED,
        /** The prompt ends with {@code <think>}. */
        BEGUN_BY_PROMPT
    }

    /** How calls of tools are written. */
    public enum CallSyntax {
        NONE,
        /** A name, below it a fenced block with {@code tool_call(...)}: ChatGLM3. */
        NAME_AND_FENCED_BLOCK,
        /** A name, below it a JSON object: GLM-4. */
        NAME_AND_JSON,
        /** Between {@code <tool_call>} and {@code </tool_call>}: GLM-4.5 and later. */
        TAGGED
    }

    /** Only text. */
    public static final AnswerLayout TEXT = new AnswerLayout(Reasoning.NONE, CallSyntax.NONE, UnaryOperator.identity());

    /** The models were trained to leave the end of their training to the program. */
    public static TextStage namingTrainingTime(TextStage next) {
        return new ReplaceStage("[[训练时间]]", "2023年", next);
    }

    @Override
    public AnswerParser newParser(List<?> tools) {
        return new StagedParser(this, tools);
    }

    @Override
    public List<ChatMessage> messages(String answer, Answer parsed) {
        if (calls == CallSyntax.NAME_AND_JSON || calls == CallSyntax.NAME_AND_FENCED_BLOCK) {
            return AnswerMessages.parse(withoutReasoning(answer));
        }
        return List.of(
                new ChatMessage(ChatRole.ASSISTANT, "", parsed.text(), null, parsed.reasoning(), parsed.toolCalls()));
    }

    private String withoutReasoning(String answer) {
        if (reasoning == Reasoning.NONE) {
            return answer;
        }
        CollectingStage rest = new CollectingStage();
        TextStage stage = new ReasoningStage(reasoning == Reasoning.BEGUN_BY_PROMPT, new CollectingStage(), rest);
        stage.accept(answer);
        stage.finish();
        return rest.take();
    }
}

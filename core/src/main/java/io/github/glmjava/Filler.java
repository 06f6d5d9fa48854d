package io.github.glmjava;

import io.github.glmjava.generation.GenerationLoop;
import io.github.glmjava.generation.GenerationSetup;
import io.github.glmjava.generation.TokenHistory;
import io.github.glmjava.layer.BlankConfig;
import io.github.glmjava.tokenizer.BlankText;
import io.github.glmjava.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fills the blanks of texts, one after the other: each filling begins with a start token, sees the text and the fillings
 * before it, and ends with an end token that nothing after it sees ({@code generate_samples} of THUDM/GLM's
 * generate_samples.py). Immutable and safe for use by many threads.
 */
final class Filler {
    /** {@code max_gen_length} of tokenization_glm.py: of a blank whose filling would not end, and leave no room for others. */
    private static final int DEFAULT_TOKENS = 512;

    private final GenerationSetup setup;
    private final BlankConfig config;
    private final int contextLength;

    /**
     * @param setup the model's part
     * @param config how it fills blanks
     * @param contextLength the most tokens of a text and its fillings
     */
    Filler(GenerationSetup setup, BlankConfig config, int contextLength) {
        this.setup = setup;
        this.config = config;
        this.contextLength = contextLength;
    }

    /** Finds the blanks among tokens. */
    BlankText blanks(int... ids) {
        Tokenizer tokenizer = setup.format().tokenizer();
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == config.startToken()) {
                throw new IllegalArgumentException(
                        "token " + i + " of the text is the start token " + ids[i] + ", which is added for each blank");
            }
            if (isMask(ids[i])) {
                parts.add(tokenizer.decode(Arrays.copyOfRange(ids, from, i)));
                from = i + 1;
            }
        }
        parts.add(tokenizer.decode(Arrays.copyOfRange(ids, from, ids.length)));
        return new BlankText(Arrays.stream(ids).boxed().toList(), parts);
    }

    private boolean isMask(int id) {
        return config.masks().stream().anyMatch(kind -> kind.contains(id));
    }

    /**
     * Fills.
     *
     * @param tokens an empty history of its own
     * @throws IllegalArgumentException if the text has no blank or is too long, or an option does not fit the model
     */
    FillResult fill(TokenHistory tokens, BlankText text, GenerationOptions options) {
        if (text.blanks() == 0) {
            throw new IllegalArgumentException("the text has no blank: no [MASK], [sMASK] or [gMASK]");
        }
        GenerationOptions limited = options.toBuilder()
                .maxNewTokens(options.maxNewTokens().orElse(DEFAULT_TOKENS))
                .build();
        tokens.replace(toArray(text.ids()));
        List<FilledSpan> spans = new ArrayList<>();
        StringBuilder completed = new StringBuilder(text.parts().getFirst());
        for (int blank = 0; blank < text.blanks(); blank++) {
            FilledSpan span = fillNext(tokens, blank, limited);
            spans.add(span);
            append(completed, span.text());
            append(completed, text.parts().get(blank + 1));
        }
        return new FillResult(completed.toString(), spans);
    }

    private FilledSpan fillNext(TokenHistory tokens, int blank, GenerationOptions options) {
        if (blank > 0 && tokens.length() >= contextLength) {
            return new FilledSpan("", List.of(), FinishReason.LENGTH);
        }
        tokens.append(config.startToken());
        GenerationResult result = new GenerationLoop(setup, tokens, options, null, null).run();
        return new FilledSpan(result.text(), Arrays.stream(result.ids()).boxed().toList(), result.finishReason());
    }

    /**
     * The same with its text decoded as a whole, for where a blank was a tokenizer may write words together that it decodes one by
     * one. Not where a stop string cut a filling's text.
     */
    FillResult decoded(FillResult filled, int... ids) {
        Tokenizer tokenizer = setup.format().tokenizer();
        List<Integer> completed = new ArrayList<>();
        int next = 0;
        for (int id : ids) {
            if (isMask(id)) {
                FilledSpan span = filled.spans().get(next++);
                if (!tokenizer.decode(toArray(span.ids())).equals(span.text())) {
                    return filled;
                }
                completed.addAll(span.ids());
            } else {
                completed.add(id);
            }
        }
        return new FillResult(tokenizer.decode(toArray(completed)), filled.spans());
    }

    private static int[] toArray(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The model does not see white space beside a mask, and may write it again. */
    private static void append(StringBuilder text, String more) {
        boolean afterSpace = !text.isEmpty() && Character.isWhitespace(text.charAt(text.length() - 1));
        text.append(afterSpace ? more.stripLeading() : more);
    }
}

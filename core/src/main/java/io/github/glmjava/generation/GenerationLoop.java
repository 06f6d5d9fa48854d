package io.github.glmjava.generation;

import io.github.glmjava.Cancellation;
import io.github.glmjava.FinishReason;
import io.github.glmjava.GeneratedToken;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.Timing;
import io.github.glmjava.TokenListener;
import io.github.glmjava.TokenLogprob;
import io.github.glmjava.Usage;
import io.github.glmjava.tokenizer.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One generation: computes the prompt, then chooses a token, decodes it and feeds it, until something ends the answer.
 * Used once.
 *
 * <p>Afterwards the history holds prompt and answer (without a stop token), and the sequence all of it but at most the
 * last token. This holds after an exception as well, of the listener for instance, up to the token where it happened.
 */
public final class GenerationLoop {
    private final TokenHistory tokens;
    private final TokenSequence sequence;
    private final GenerationSettings settings;
    private final @Nullable Cancellation cancellation;
    private final @Nullable TokenListener listener;
    private final int promptLength;
    private final int mostTokens;
    private final int[] stopIds;
    private final Sampler sampler;
    private final LogitPenalties penalties;
    private final AnswerText text;
    private final @Nullable LogprobReporter reporter;
    private final List<TokenLogprob> logprobs = new ArrayList<>();

    private long promptEnd;
    private long firstToken;

    /**
     * Prepares a generation.
     *
     * @param setup the model's part
     * @param tokens the prompt; what its sequence holds already is not computed again
     * @param options the request's part
     * @param cancellation null if nobody can cancel
     * @param listener null if nobody listens
     * @throws IllegalArgumentException if the prompt is empty, longer than the context or the options allow, or holds
     *     ids that the model does not have
     */
    public GenerationLoop(
            GenerationSetup setup,
            TokenHistory tokens,
            GenerationOptions options,
            @Nullable Cancellation cancellation,
            @Nullable TokenListener listener) {
        this.tokens = tokens;
        this.sequence = tokens.sequence();
        this.settings = GenerationSettings.of(options.withDefaults(setup.defaults()));
        this.cancellation = cancellation;
        this.listener = listener;
        promptLength = tokens.length();
        int vocabularySize = sequence.vocabularySize();
        checkIds(vocabularySize);
        mostTokens = mostTokens();
        stopIds = Stream.concat(setup.stopIds().stream(), settings.stopIds().stream())
                .mapToInt(Integer::intValue)
                .toArray();
        sampler = new Sampler(settings, vocabularySize);
        penalties = new LogitPenalties(settings, vocabularySize);
        text = new AnswerText(setup.format().newAnswerDecoder(), settings.stopStrings());
        reporter = settings.logprobs().isPresent()
                ? new LogprobReporter(
                        settings.logprobs().getAsInt(), setup.format().tokenizer(), vocabularySize)
                : null;
    }

    private void checkIds(int vocabularySize) {
        if (promptLength == 0) {
            throw new IllegalArgumentException("the prompt has no tokens");
        }
        int[] ids = tokens.ids();
        for (int i = 0; i < promptLength; i++) {
            if (ids[i] < 0 || ids[i] >= vocabularySize) {
                throw new IllegalArgumentException("token " + i + " of the prompt has id " + ids[i]
                        + ", but the model's ids are 0.." + (vocabularySize - 1));
            }
        }
    }

    /** The last token of an answer is never fed, so it needs no room in the context. */
    private int mostTokens() {
        int limit = sequence.contextLimit();
        if (promptLength > limit) {
            throw new IllegalArgumentException(
                    "the prompt has " + promptLength + " tokens, but the model's context holds only " + limit);
        }
        if (promptLength >= settings.maxLength()) {
            throw new IllegalArgumentException("the prompt has " + promptLength
                    + " tokens, which leaves no room for an answer: maxLength, prompt and answer together, is "
                    + settings.maxLength() + "; raise it or set maxNewTokens instead");
        }
        return Math.min(
                limit - promptLength + 1, Math.min(settings.maxNewTokens(), settings.maxLength() - promptLength));
    }

    /**
     * Generates.
     *
     * @return the result; its answer is its text
     * @throws IllegalStateException if the model yields logits that are no numbers
     */
    public GenerationResult run() {
        long start = System.nanoTime();
        int cached = tokens.cached();
        penalties.addPrompt(tokens.ids(), promptLength);
        boolean fed = tokens.feed(cancellation);
        promptEnd = System.nanoTime();
        FinishReason reason = fed ? generate() : FinishReason.CANCELLED;
        reason = flush(reason);
        long end = System.nanoTime();
        int[] ids = tokens.copyFrom(promptLength);
        String answer = text.text();
        return new GenerationResult(
                answer,
                new Answer(answer, "", List.of()),
                ids,
                reason,
                new Usage(promptLength, cached, ids.length),
                new Timing(
                        Duration.ofNanos(promptEnd - start),
                        Duration.ofNanos(end - promptEnd),
                        Duration.ofNanos((ids.length > 0 ? firstToken : end) - start)),
                logprobs);
    }

    /** The decode loop; allocates nothing of its own unless someone listens or asks for probabilities. */
    private FinishReason generate() {
        for (int index = 0; !isCancelled(); index++) {
            float[] logits = sequence.logits();
            if (reporter != null) {
                reporter.remember(logits);
            }
            penalties.apply(logits);
            int id = sampler.choose(logits);
            if (isStop(id)) {
                return FinishReason.STOP;
            }
            if (index == 0) {
                firstToken = System.nanoTime();
            }
            tokens.add(id);
            penalties.addGenerated(id);
            emit(index, id);
            if (text.stopped()) {
                return FinishReason.STOP;
            }
            if (index + 1 == mostTokens) {
                return FinishReason.LENGTH;
            }
            if (isCancelled()) {
                break;
            }
            sequence.append(tokens.ids(), tokens.length() - 1, tokens.length());
        }
        return FinishReason.CANCELLED;
    }

    private void emit(int index, int id) {
        String certain = text.append(id);
        TokenLogprob logprob = null;
        if (reporter != null) {
            logprob = reporter.report(id);
            logprobs.add(logprob);
        }
        if (listener != null) {
            listener.onToken(new GeneratedToken(index, id, certain, logprob));
        }
    }

    /** Gives out the text that was held back; by chance that completes a stop string. */
    private FinishReason flush(FinishReason reason) {
        boolean alreadyStopped = text.stopped();
        String rest = text.finish();
        if (listener != null && !rest.isEmpty()) {
            listener.onToken(new GeneratedToken(tokens.length() - promptLength, GeneratedToken.NO_TOKEN, rest, null));
        }
        return text.stopped() && !alreadyStopped ? FinishReason.STOP : reason;
    }

    private boolean isCancelled() {
        return cancellation != null && cancellation.isCancelled();
    }

    private boolean isStop(int id) {
        for (int stop : stopIds) {
            if (id == stop) {
                return true;
            }
        }
        return false;
    }
}

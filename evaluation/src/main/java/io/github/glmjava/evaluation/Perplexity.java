package io.github.glmjava.evaluation;

import io.github.glmjava.LoadOptions;
import io.github.glmjava.family.LoadedNetwork;
import io.github.glmjava.family.ModelSource;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * How well a model predicts a text: {@code exp} of the mean negative log-likelihood of the tokens that {@link
 * PerplexityWindows} count. The text is encoded as one to be continued, with the family's leading tokens in front, once, as
 * the tokenizers of transformers do.
 */
public final class Perplexity {
    /** Tokens whose logits are held at a time. */
    private static final int PIECE = 64;

    private final NetworkSequence sequence;
    private final int[] ids;
    private double sum;
    private double sumOfSquares;
    private long counted;

    private Perplexity(NetworkSequence sequence, int[] ids) {
        this.sequence = sequence;
        this.ids = ids;
    }

    /**
     * Measures the perplexity of a text.
     *
     * @param folder of the model, which must have a tokenizer
     * @param windows how the text is cut up
     * @param progress hears which part of the text is done, from 0 to 1
     * @throws IOException if the model cannot be loaded
     * @throws IllegalArgumentException if the windows are longer than the model's context or count no token of the text
     */
    public static PerplexityResult measure(
            Path folder, LoadOptions options, String text, PerplexityWindows windows, DoubleConsumer progress)
            throws IOException {
        try (ModelSource source = ModelSource.open(folder, options.specialTokens())) {
            return measure(source, options, text, windows, progress);
        }
    }

    private static PerplexityResult measure(
            ModelSource source, LoadOptions options, String text, PerplexityWindows windows, DoubleConsumer progress)
            throws IOException {
        PromptFormat format = source.promptFormat();
        if (format == null) {
            throw new CheckpointException(source.files().path() + ": no tokenizer, which a text needs");
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the text is empty");
        }
        int[] ids = format.encodeText(text);
        try (LoadedNetwork loaded = LoadedNetwork.load(source.files(), source.family(), source.checkpoint(), options)) {
            NetworkSequence sequence = loaded.newSequence();
            if (windows.length() > sequence.contextLimit()) {
                throw new IllegalArgumentException("windows of " + windows.length()
                        + " tokens do not fit the model's context of " + sequence.contextLimit());
            }
            List<PerplexityWindows.Window> cut = windows.cut(ids.length);
            if (cut.isEmpty()) {
                throw new IllegalArgumentException(
                        "a text of " + ids.length + " tokens is too short for windows of " + windows.length());
            }
            Perplexity perplexity = new Perplexity(sequence, ids);
            for (int i = 0; i < cut.size(); i++) {
                perplexity.add(cut.get(i));
                progress.accept((i + 1.0) / cut.size());
            }
            return perplexity.result(cut.size());
        }
    }

    private void add(PerplexityWindows.Window window) {
        sequence.truncate(0);
        sequence.append(ids, window.begin(), window.firstCounted() - 1);
        for (int from = window.firstCounted() - 1; from < window.end() - 1; from += PIECE) {
            int to = Math.min(from + PIECE, window.end() - 1);
            float[][] logits = sequence.appendForLogits(Arrays.copyOfRange(ids, from, to));
            for (int i = from; i < to; i++) {
                double loss = negativeLogLikelihood(logits[i - from], ids[i + 1]);
                sum += loss;
                sumOfSquares += loss * loss;
                counted++;
            }
        }
    }

    /** {@code log(sum(exp(logits))) - logits[id]}, in double precision and without overflow. */
    static double negativeLogLikelihood(float[] logits, int id) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double normalizer = 0;
        for (float logit : logits) {
            normalizer += Math.exp(logit - largest);
        }
        return largest + Math.log(normalizer) - logits[id];
    }

    private PerplexityResult result(int windows) {
        double mean = sum / counted;
        double variance = Math.max(0, sumOfSquares / counted - mean * mean);
        double standardError = counted > 1 ? Math.sqrt(variance / (counted - 1)) : 0;
        return new PerplexityResult(Math.exp(mean), Math.exp(mean) * standardError, counted, ids.length, windows);
    }
}

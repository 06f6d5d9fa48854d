package io.github.glmjava.cli;

import io.github.glmjava.FinishReason;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.GlmModel;
import io.github.glmjava.cli.InputComparison.GreedyVerdict;
import io.github.glmjava.evaluation.RoutedLogits;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * Computes what a reference computed and compares: the logits of the prompts, the tokens that greedy decoding with the
 * key-value cache takes, and how clear the choice was at each of these steps.
 */
final class CaseComparison {
    /** A choice between two logits that are nearer than this may turn out either way. */
    static final double NEAR_TIE = 1e-3;

    /** Margins are written with six digits. */
    private static final double MARGIN_ROUNDING = 1e-5;

    private final GlmModel model;
    private final GoldenCase expected;
    private final LogitTolerance tolerance;

    CaseComparison(GlmModel model, GoldenCase expected, LogitTolerance tolerance) {
        this.model = model;
        this.expected = expected;
        this.tolerance = tolerance;
    }

    /** Compares an input's logits and what follows it. */
    InputComparison compare(int input) throws IOException {
        return compare(input, model.logits(expected.inputIds(input)), "");
    }

    /** Compares logits that were computed with the experts of the weights as stored, and what follows the input. */
    InputComparison compare(int input, RoutedLogits routed) throws IOException {
        String experts = routed.turned() + " of " + routed.choices() + " choices of experts turned";
        return compare(input, routed.logits(), experts);
    }

    private InputComparison compare(int input, float[][] found, String experts) throws IOException {
        float[][] wanted = expected.logits(input);
        if (wanted[0].length != model.info().vocabularySize()) {
            throw new IOException("logits." + input + " is for a vocabulary of " + wanted[0].length
                    + ", but the model's has " + model.info().vocabularySize());
        }
        double difference = 0;
        double largest = Double.NEGATIVE_INFINITY;
        double smallest = Double.POSITIVE_INFINITY;
        for (int token = 0; token < wanted.length; token++) {
            for (int id = 0; id < wanted[token].length; id++) {
                // Math.max keeps a NaN, and a NaN is within no tolerance.
                difference = Math.max(difference, Math.abs((double) found[token][id] - wanted[token][id]));
                largest = Math.max(largest, wanted[token][id]);
                smallest = Math.min(smallest, wanted[token][id]);
            }
        }
        double spread = largest - smallest;
        GreedyVerdict decoding = decoding(input);
        GreedyVerdict steps = decoding.passed() && !tolerance.ofSpread() ? steps(input) : decoding;
        return new InputComparison(
                input,
                wanted.length,
                difference,
                difference / spread,
                tolerance.allows(difference, spread),
                steps.passed() ? decoding : steps,
                experts);
    }

    /** Generates as a program would, and compares up to the first step at which another token was taken. */
    private GreedyVerdict decoding(int input) {
        int[] wanted = expected.greedyIds(input);
        int[] found = decode(expected.inputIds(input), wanted.length);
        int step = Arrays.mismatch(wanted, found);
        if (step < 0) {
            return new GreedyVerdict(true, wanted.length + " equal");
        }
        if (step == found.length) {
            return new GreedyVerdict(tolerance.ofSpread(), "end after " + step + " of " + wanted.length);
        }
        return otherToken(step, wanted[step], found[step], expected.margins(input)[step]);
    }

    private GreedyVerdict otherToken(int step, int wanted, int found, double margin) {
        boolean nearTie = margin < NEAR_TIE;
        String text = String.format(
                Locale.ROOT,
                "%s at step %d: expected %d, found %d, margin %.1e",
                nearTie ? "near-tie" : "differ",
                step,
                wanted,
                found,
                margin);
        return new GreedyVerdict(nearTie || tolerance.ofSpread(), text);
    }

    /**
     * Looks at every step after exactly the expected tokens, also beyond a near-tie: the best token and by how much it is
     * better than the second. That margin may be off by twice as much as a logit.
     */
    private GreedyVerdict steps(int input) {
        int[] prompt = expected.inputIds(input);
        int[] wanted = expected.greedyIds(input);
        double[] margins = expected.margins(input);
        for (int step = 0; step < wanted.length; step++) {
            // From the beginning every time: a later token may change what earlier ones saw.
            float[] row = model.logits(append(prompt, Arrays.copyOf(wanted, step)))[prompt.length - 1 + step];
            int best = best(row, -1);
            if (best != wanted[step] && margins[step] >= NEAR_TIE) {
                return otherToken(step, wanted[step], best, margins[step]);
            }
            double margin = (double) row[best] - row[best(row, best)];
            double allowed = 2 * tolerance.limit() + MARGIN_ROUNDING * Math.max(1, Math.abs(margins[step]));
            if (!(Math.abs(margin - margins[step]) <= allowed)) {
                String text = String.format(
                        Locale.ROOT, "margin at step %d: expected %.6f, found %.6f", step, margins[step], margin);
                return new GreedyVerdict(false, text);
            }
        }
        return new GreedyVerdict(true, wanted.length + " equal");
    }

    /** The first index of the largest value, another one than the excluded. */
    private static int best(float[] logits, int excluded) {
        int best = excluded == 0 ? 1 : 0;
        for (int id = best + 1; id < logits.length; id++) {
            if (id != excluded && logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }

    /**
     * Greedy decoding that does not end at the model's stop tokens: such a token is taken from the logits, and
     * generation starts again after it.
     */
    private int[] decode(int[] prompt, int steps) {
        int[] ids = prompt;
        int end = prompt.length + steps;
        while (ids.length < end) {
            GenerationOptions greedy = GenerationOptions.builder()
                    .doSample(false)
                    .repetitionPenalty(1)
                    .presencePenalty(0)
                    .frequencyPenalty(0)
                    .maxNewTokens(end - ids.length)
                    .build();
            GenerationResult result =
                    model.generate(GenerationRequest.ofTokens(ids).withOptions(greedy));
            ids = append(ids, result.ids());
            if (result.finishReason() == FinishReason.STOP) {
                float[][] logits = model.logits(ids);
                ids = append(ids, best(logits[logits.length - 1], -1));
            } else if (result.ids().length == 0) {
                break; // no room in the context
            }
        }
        return Arrays.copyOfRange(ids, prompt.length, ids.length);
    }

    private static int[] append(int[] ids, int... more) {
        int[] all = Arrays.copyOf(ids, ids.length + more.length);
        System.arraycopy(more, 0, all, ids.length, more.length);
        return all;
    }
}

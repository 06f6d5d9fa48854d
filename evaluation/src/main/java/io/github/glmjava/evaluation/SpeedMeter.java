package io.github.glmjava.evaluation;

import io.github.glmjava.family.LoadedNetwork;
import io.github.glmjava.layer.NetworkBatch;
import io.github.glmjava.layer.NetworkSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Times prompts and decoding. A prompt is timed from its first token to the logits after its last; decoding feeds the
 * likeliest token each time. What is compared is measured in turns, the limits of the machine included: it may change its mind
 * in a minute. The code is compiled by an untimed round.
 */
final class SpeedMeter {
    private static final int WARM_UP_TOKENS = 32;

    private final BenchmarkPlan plan;
    private final Consumer<String> progress;
    private final NetworkBatch batch;
    private final BenchmarkTokens tokens;
    private final NetworkSequence single;

    /** One for each depth of the plan. */
    private final List<NetworkSequence> deep = new ArrayList<>();

    private final List<NetworkSequence> together = new ArrayList<>();

    /** The next token of each sequence that is being decoded. */
    private final int[] next;

    private final List<Double> prefill = new ArrayList<>();
    private final List<Double> decode = new ArrayList<>();
    private final List<List<Double>> depths = new ArrayList<>();
    private final List<Double> batched = new ArrayList<>();

    /** @throws IllegalArgumentException if the plan does not fit the model's context */
    SpeedMeter(LoadedNetwork loaded, BenchmarkPlan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
        batch = loaded.newBatch();
        single = batch.newSequence();
        tokens = new BenchmarkTokens(
                single.vocabularySize(), loaded.network().config().blank(), plan.longest());
        int longest = Math.max(plan.longest(), tokens.least() + Math.max(plan.generatedTokens(), WARM_UP_TOKENS));
        if (longest > single.contextLimit()) {
            throw new IllegalArgumentException(
                    "the benchmark needs a context of " + longest + " tokens, the model has " + single.contextLimit());
        }
        next = new int[plan.sequences()];
    }

    /** Computes a prompt. */
    void prompt() {
        start(single, plan.promptTokens());
        next[0] = likeliest(single.logits());
    }

    /** Measures everything, beside the limits of the machine. */
    void measure(MachineProbe machine) {
        prepare();
        for (int i = 1; i <= plan.repetitions(); i++) {
            progress.accept("prompt " + i + " of " + plan.repetitions());
            machine.multiplyAdd();
            long start = System.nanoTime();
            prompt();
            prefill.add(plan.promptTokens() / seconds(start));
        }
        machine.multiplyAdd();
        for (int i = 1; i <= plan.repetitions(); i++) {
            progress.accept("decoding " + i + " of " + plan.repetitions());
            machine.readMemory();
            decode.add(decode(single, tokens.least(), plan.generatedTokens()));
            for (int j = 0; j < deep.size(); j++) {
                depths.get(j).add(decode(deep.get(j), plan.depths().get(j), plan.generatedTokens()));
            }
            if (!together.isEmpty()) {
                batched.add(decodeTogether(plan.generatedTokens()));
            }
        }
        machine.readMemory();
    }

    /** Fills the caches and lets the JVM compile the code. */
    private void prepare() {
        for (int depth : plan.depths()) {
            progress.accept("filling a cache with " + depth + " tokens");
            NetworkSequence sequence = batch.newSequence();
            start(sequence, depth);
            deep.add(sequence);
            depths.add(new ArrayList<>());
        }
        for (int i = 0; i < plan.sequences() && plan.sequences() > 1; i++) {
            together.add(batch.newSequence());
        }
        progress.accept("warming up");
        start(single, tokens.least());
        decode(single, tokens.least(), WARM_UP_TOKENS);
        for (NetworkSequence sequence : together) {
            start(sequence, tokens.least());
        }
        if (!together.isEmpty()) {
            decodeTogether(Math.min(WARM_UP_TOKENS, plan.generatedTokens()));
        }
    }

    private void start(NetworkSequence sequence, int length) {
        sequence.truncate(0);
        sequence.append(tokens.context(length), 0, length);
    }

    /** Decodes after the first {@code depth} tokens that a sequence holds; gives the tokens a second. */
    private double decode(NetworkSequence sequence, int depth, int count) {
        if (depth <= tokens.least()) {
            start(sequence, depth);
        } else {
            sequence.truncate(depth);
        }
        next[0] = tokens.first(0);
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            sequence.append(next, 0, 1);
            next[0] = likeliest(sequence.logits());
        }
        return count / seconds(start);
    }

    private double decodeTogether(int count) {
        for (int i = 0; i < together.size(); i++) {
            start(together.get(i), tokens.least());
            next[i] = tokens.first(i);
        }
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            batch.step(together, next);
            for (int j = 0; j < together.size(); j++) {
                next[j] = likeliest(together.get(j).logits());
            }
        }
        return (double) count * together.size() / seconds(start);
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    Speeds prefill() {
        return new Speeds(prefill);
    }

    Speeds decode() {
        return new Speeds(decode);
    }

    List<BenchmarkResult.AtDepth> depths() {
        List<BenchmarkResult.AtDepth> results = new ArrayList<>();
        for (int i = 0; i < depths.size(); i++) {
            results.add(new BenchmarkResult.AtDepth(plan.depths().get(i), new Speeds(depths.get(i))));
        }
        return results;
    }

    /** The speed of all sequences together, or null if only one is decoded. */
    @Nullable
    Speeds batch() {
        return batched.isEmpty() ? null : new Speeds(batched);
    }
}

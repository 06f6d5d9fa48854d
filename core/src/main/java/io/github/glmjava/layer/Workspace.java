package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.MatrixMultiplication;
import io.github.glmjava.tensor.WorkerTeam;
import java.util.function.IntConsumer;

/**
 * Everything that changes while one sequence runs through the layers, allocated once and used for every token: the
 * activations of up to as many tokens as were ever fed at a time. All arrays are row-major with one row a token.
 */
final class Workspace {
    private final GlmConfig config;
    private final Kernels kernels;
    private final WorkerTeam team;
    private final KeyValueCache cache;
    private final MatrixMultiplication multiplication;
    private final AttentionPass attentionPass;

    private int capacity;

    /** The residual stream. */
    float[] hidden = new float[0];

    /** A sublayer's normed input. */
    float[] normed = hidden;

    /** A sublayer's output. */
    float[] sublayer = hidden;

    float[] queryKeyValue = hidden;
    float[] attention = hidden;
    float[] gateAndUp = hidden;
    float[] activated = hidden;
    float[] cosines = hidden;
    float[] sines = hidden;
    private float[] part = hidden;

    /** An adapter's inner features and its output; empty as long as there is none. */
    float[] lowRank = hidden;

    float[] update = hidden;

    Workspace(GlmConfig config, Kernels kernels, WorkerTeam team) {
        this.config = config;
        this.kernels = kernels;
        this.team = team;
        cache = new KeyValueCache(config);
        multiplication = new MatrixMultiplication(team);
        attentionPass = new AttentionPass(config.attention(), kernels, team, cache);
    }

    /** Makes room for this many tokens at a time. */
    void reserve(int tokens) {
        if (tokens <= capacity) {
            return;
        }
        hidden = new float[tokens * config.hiddenSize()];
        normed = new float[tokens * config.hiddenSize()];
        sublayer = new float[tokens * config.hiddenSize()];
        queryKeyValue = new float[tokens * config.attention().projectedSize()];
        attention = new float[tokens * config.attention().outputSize()];
        gateAndUp = new float[tokens * 2 * config.feedForward().size()];
        activated = new float[tokens * config.feedForward().size()];
        cosines = new float[tokens * config.rotary().size()];
        sines = new float[tokens * config.rotary().size()];
        capacity = tokens;
    }

    /** Room for one part of a stacked projection's output. */
    float[] part(int floats) {
        if (part.length < floats) {
            part = new float[floats];
        }
        return part;
    }

    /** Makes room for an adapter's features. */
    void reserveUpdate(int innerSize, int outputSize) {
        if (lowRank.length < innerSize) {
            lowRank = new float[innerSize];
        }
        if (update.length < outputSize) {
            update = new float[outputSize];
        }
    }

    /** Runs independent work for each token, in parallel; the lambda makes it unfit for the decode step. */
    void forEachToken(int tokens, IntConsumer work) {
        team.run(
                (worker, from, to) -> {
                    for (int token = from; token < to; token++) {
                        work.accept(token);
                    }
                },
                tokens,
                1);
    }

    GlmConfig config() {
        return config;
    }

    Kernels kernels() {
        return kernels;
    }

    KeyValueCache cache() {
        return cache;
    }

    MatrixMultiplication multiplication() {
        return multiplication;
    }

    AttentionPass attentionPass() {
        return attentionPass;
    }
}

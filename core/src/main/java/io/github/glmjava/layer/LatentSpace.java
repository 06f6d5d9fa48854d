package io.github.glmjava.layer;

import io.github.glmjava.tensor.HeadFeatures;
import io.github.glmjava.tensor.HeadMultiplication;
import io.github.glmjava.tensor.WorkerTeam;

/** The activations of latent attention that other attention does not have; part of a {@link Workspace}. */
final class LatentSpace {
    private final LatentConfig config;
    private final int heads;
    private int capacity;

    /** {@code tokens x queryRank}. */
    float[] compressed = new float[0];

    /** {@code tokens x heads x querySize}. */
    float[] queries = compressed;

    /** {@code tokens x (rank + rotarySize)}. */
    float[] latents = compressed;

    /** {@code tokens x heads x valueSize}. */
    float[] values = compressed;

    final HeadMultiplication multiplication;

    /** The features of each query that are not turned. */
    final HeadFeatures plainQueries;

    /** Where the attention pass wants them, multiplied into the latent space. */
    final HeadFeatures absorbed;

    /** What the attention pass gives for each head. */
    final HeadFeatures attendedLatents;

    final HeadFeatures headValues;

    LatentSpace(AttentionConfig attention, LatentConfig config, WorkerTeam team) {
        this.config = config;
        heads = attention.heads();
        multiplication = new HeadMultiplication(team);
        plainQueries = new HeadFeatures(heads * config.querySize(), config.querySize());
        absorbed = new HeadFeatures(attention.projectedSize(), attention.keySize());
        attendedLatents = new HeadFeatures(attention.outputSize(), config.rank());
        headValues = new HeadFeatures(heads * config.valueSize(), config.valueSize());
    }

    void reserve(int tokens) {
        if (tokens > capacity) {
            compressed = new float[tokens * config.queryRank()];
            queries = new float[tokens * heads * config.querySize()];
            latents = new float[tokens * (config.rank() + config.rotarySize())];
            values = new float[tokens * heads * config.valueSize()];
            capacity = tokens;
        }
    }

    /** Forgets the queries of all but some tokens, which become the first. */
    void keep(int first, int tokens) {
        int size = heads * config.querySize();
        System.arraycopy(queries, first * size, queries, 0, tokens * size);
    }
}

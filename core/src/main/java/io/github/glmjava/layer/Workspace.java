package io.github.glmjava.layer;

import io.github.glmjava.tensor.GatedMultiplication;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.MatrixMultiplication;
import io.github.glmjava.tensor.WorkerTeam;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that changes while tokens run through the layers, but the caches of their sequences; allocated once and used
 * for every token: the activations of up to as many tokens as were ever fed at a time. All arrays are row-major with one row a token.
 */
final class Workspace {
    private final GlmConfig config;
    private final Kernels kernels;
    private final TokenLoop tokenLoop;
    private final TokenRows rows = new TokenRows();
    private final MatrixMultiplication multiplication;
    private final GatedMultiplication gatedMultiplication;
    private final AttentionPass attentionPass;
    private final RotaryEmbedding rotary;
    private final @Nullable LatentSpace latentSpace;
    private final ExpertChoice expertChoice = new ExpertChoice();

    private @Nullable RouteOverride routeOverride;

    private int capacity;

    /** The residual stream. */
    float[] hidden = new float[0];

    /** A sublayer's normed input. */
    float[] normed = hidden;

    /** A sublayer's output. */
    float[] sublayer = hidden;

    float[] queryKeyValue = hidden;
    float[] attention = hidden;
    private float[] inner = hidden;
    private float[] activated = hidden;
    private float[] gathered = hidden;
    private float[] expertOutput = hidden;

    /** An adapter's inner features and its output; empty as long as there is none. */
    float[] lowRank = hidden;

    float[] update = hidden;

    Workspace(GlmConfig config, Kernels kernels, WorkerTeam team) {
        this.config = config;
        this.kernels = kernels;
        tokenLoop = new TokenLoop(this, team);
        multiplication = new MatrixMultiplication(team);
        gatedMultiplication = new GatedMultiplication(multiplication, kernels);
        LatentConfig latent = config.attention().latent();
        latentSpace = latent == null ? null : new LatentSpace(config.attention(), latent, team);
        rotary = new RotaryEmbedding(config.rotary());
        attentionPass = new AttentionPass(config.attention(), kernels, team, rows);
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
        rotary.reserve(tokens);
        capacity = tokens;
    }

    /**
     * Forgets all but the last tokens, which become the first: their rows, residual stream, normed input and queries. Keys and values
     * stay in the caches.
     */
    void keepLast(int kept) {
        int first = rows.count() - kept;
        rows.keepLast(kept);
        int size = config.hiddenSize();
        System.arraycopy(hidden, first * size, hidden, 0, kept * size);
        System.arraycopy(normed, first * size, normed, 0, kept * size);
        int projected = config.attention().projectedSize();
        System.arraycopy(queryKeyValue, first * projected, queryKeyValue, 0, kept * projected);
        if (latentSpace != null) {
            latentSpace.keep(first, kept);
        }
    }

    /** Room for the inner features of a feed-forward network, gates included. */
    float[] inner(int floats) {
        inner = grown(inner, floats);
        return inner;
    }

    /** Room for the inner features of a feed-forward network behind their gates. */
    float[] activated(int floats) {
        activated = grown(activated, floats);
        return activated;
    }

    /** Room for the inputs of one expert. */
    float[] gathered(int floats) {
        gathered = grown(gathered, floats);
        return gathered;
    }

    /** Room for the outputs of one expert. */
    float[] expertOutput(int floats) {
        expertOutput = grown(expertOutput, floats);
        return expertOutput;
    }

    /** Makes room for an adapter's features. */
    void reserveUpdate(int innerSize, int outputSize) {
        lowRank = grown(lowRank, innerSize);
        update = grown(update, outputSize);
    }

    private static float[] grown(float[] array, int floats) {
        return array.length < floats ? new float[floats] : array;
    }

    /** Runs independent work for each token, in parallel where there are several. */
    void forEachToken(PerToken work, int layer, float[] input, float[] output, int tokens) {
        tokenLoop.run(work, layer, input, output, tokens);
    }

    GlmConfig config() {
        return config;
    }

    Kernels kernels() {
        return kernels;
    }

    TokenRows rows() {
        return rows;
    }

    MatrixMultiplication multiplication() {
        return multiplication;
    }

    GatedMultiplication gatedMultiplication() {
        return gatedMultiplication;
    }

    RotaryEmbedding rotary() {
        return rotary;
    }

    /** Only where attention is latent. */
    LatentSpace latentSpace() {
        return Objects.requireNonNull(latentSpace);
    }

    ExpertChoice expertChoice() {
        return expertChoice;
    }

    @Nullable
    RouteOverride routeOverride() {
        return routeOverride;
    }

    void routeOverride(RouteOverride override) {
        routeOverride = override;
    }

    AttentionPass attentionPass() {
        return attentionPass;
    }
}

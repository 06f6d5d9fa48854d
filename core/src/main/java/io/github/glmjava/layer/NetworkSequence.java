package io.github.glmjava.layer;

import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.WorkerTeam;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One sequence of tokens running through a network. How the tokens are split over calls does not change a bit of the
 * results. Not safe for use by several threads; different sequences are independent.
 */
public final class NetworkSequence {
    /** Tokens whose logits are computed together: the head is read once for them. */
    private static final int HEAD_BATCH = 32;

    private final GlmNetwork network;
    private final Workspace workspace;
    private final RotaryEmbedding rotary;
    private final int chunk;
    private final float[] logits;
    private final float[] lastHidden;

    /** Slots of the cache before the first token; they take no positions. */
    private final int prefixLength;

    private @Nullable ForwardTrace trace;
    private int length;

    /** The length after which {@code lastHidden} is the state of the last token. */
    private int stateLength;

    /** An empty sequence that feeds at most {@code chunk} tokens at a time. */
    public NetworkSequence(GlmNetwork network, Kernels kernels, WorkerTeam team, int chunk) {
        if (chunk < 1) {
            throw new IllegalArgumentException("chunk must be at least 1, found " + chunk);
        }
        this.network = network;
        this.chunk = chunk;
        GlmConfig config = network.config();
        workspace = new Workspace(config, kernels, team);
        rotary = new RotaryEmbedding(config.rotary());
        logits = new float[config.vocabularySize()];
        lastHidden = new float[config.hiddenSize()];
        prefixLength = network.prefixLength();
        if (network.prefix() != null) {
            network.prefix().store(workspace.cache(), config);
        }
    }

    /** Lets a trace see what the layers compute from now on. */
    public void trace(ForwardTrace newTrace) {
        trace = newTrace;
    }

    /** The number of tokens fed. */
    public int length() {
        return length;
    }

    /** The most tokens that fit. */
    public int contextLimit() {
        return network.config().contextLength();
    }

    /** The number of logits. */
    public int vocabularySize() {
        return network.config().vocabularySize();
    }

    /**
     * Feeds tokens {@code from <= i < to}.
     *
     * @throws IllegalArgumentException if an id is not in the vocabulary or the tokens exceed the context
     */
    public void append(int[] ids, int from, int to) {
        checkTokens(ids, from, to);
        int hiddenSize = network.config().hiddenSize();
        for (int start = from; start < to; start += chunk) {
            int tokens = Math.min(chunk, to - start);
            forward(ids, start, tokens);
            System.arraycopy(workspace.hidden, (tokens - 1) * hiddenSize, lastHidden, 0, hiddenSize);
            stateLength = length;
        }
    }

    /**
     * Feeds tokens and computes the logits after each of them.
     *
     * @return {@code ids.length x vocabularySize}
     * @throws IllegalArgumentException as {@link #append}
     */
    public float[][] appendForLogits(int[] ids) {
        checkTokens(ids, 0, ids.length);
        float[][] result = new float[ids.length][vocabularySize()];
        int hiddenSize = network.config().hiddenSize();
        for (int start = 0; start < ids.length; start += chunk) {
            int tokens = Math.min(chunk, ids.length - start);
            forward(ids, start, tokens);
            stateLength = length;
            System.arraycopy(workspace.hidden, (tokens - 1) * hiddenSize, lastHidden, 0, hiddenSize);
            for (int first = 0; first < tokens; first += HEAD_BATCH) {
                int count = Math.min(HEAD_BATCH, tokens - first);
                allLogits(first, count, length - tokens + first, result, start + first);
            }
        }
        return result;
    }

    /** The logits of some of the tokens in the workspace, each into a row of its own. */
    private void allLogits(int first, int count, int position, float[][] result, int firstRow) {
        int hiddenSize = network.config().hiddenSize();
        float[] hidden = Arrays.copyOfRange(workspace.hidden, first * hiddenSize, (first + count) * hiddenSize);
        network.finalNorm().apply(workspace, hidden, count, workspace.normed);
        report(network.config().layers(), position, workspace.normed, count);
        float[] products = new float[count * vocabularySize()];
        workspace.multiplication().multiply(network.head(), workspace.normed, count, products);
        for (int token = 0; token < count; token++) {
            System.arraycopy(products, token * vocabularySize(), result[firstRow + token], 0, vocabularySize());
        }
    }

    private void checkTokens(int[] ids, int from, int to) {
        if (to - from > contextLimit() - length) {
            throw new IllegalArgumentException("the context holds " + contextLimit() + " tokens: " + (to - from)
                    + " more do not fit after " + length);
        }
        for (int i = from; i < to; i++) {
            if (ids[i] < 0 || ids[i] >= vocabularySize()) {
                throw new IllegalArgumentException(
                        "token id " + ids[i] + " at index " + i + " is not in 0 to " + (vocabularySize() - 1));
            }
        }
    }

    private void forward(int[] ids, int start, int tokens) {
        GlmConfig config = network.config();
        workspace.reserve(tokens);
        workspace.cache().reserve(prefixLength + length + tokens);
        for (int i = 0; i < tokens; i++) {
            network.embedding().readRow(ids[start + i], workspace.hidden, i * config.hiddenSize());
        }
        rotary.angles(length, tokens, workspace.cosines, workspace.sines);
        report(-1, length, workspace.hidden, tokens);
        for (int layer = 0; layer < config.layers(); layer++) {
            network.blocks().get(layer).apply(workspace, layer, prefixLength + length, tokens);
            report(layer, length, workspace.hidden, tokens);
        }
        length += tokens;
    }

    /**
     * The logits after the last token fed.
     *
     * @return a buffer of this sequence, valid until the next call; the caller may overwrite it
     * @throws IllegalStateException if the last token's state is gone: nothing was fed, or the sequence was cut
     */
    public float[] logits() {
        if (length == 0 || length != stateLength) {
            throw new IllegalStateException("feed a token before asking for logits");
        }
        return logits(length - 1);
    }

    private float[] logits(int position) {
        network.finalNorm().apply(workspace, lastHidden, 1, workspace.normed);
        report(network.config().layers(), position, workspace.normed, 1);
        workspace.multiplication().multiply(network.head(), workspace.normed, 1, logits);
        return logits;
    }

    private void report(int layer, int firstPosition, float[] values, int tokens) {
        if (trace != null) {
            trace.activations(layer, firstPosition, values, tokens);
        }
    }

    /**
     * Forgets every token from position {@code newLength} on.
     *
     * @throws IllegalArgumentException if there are fewer tokens than that
     */
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length) {
            throw new IllegalArgumentException("cannot cut " + length + " tokens to " + newLength);
        }
        length = newLength;
        workspace.cache().shrink(prefixLength + newLength);
    }
}

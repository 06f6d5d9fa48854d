package io.github.glmjava.layer;

import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.WorkerTeam;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of one or several sequences on their way through all layers: each weight is read once for all of them. It owns
 * the scratch space and may be shared by sequences that run one after another.
 */
final class ForwardPass {
    private final GlmNetwork network;
    private final Workspace workspace;
    private final Kernels kernels;
    private final CacheFormat cacheFormat;

    /** Of how many tokens the last pass left the residual stream. */
    private int hiddenRows;

    ForwardPass(GlmNetwork network, Kernels kernels, WorkerTeam team, CacheFormat cacheFormat) {
        this.network = network;
        this.kernels = kernels;
        this.cacheFormat = cacheFormat;
        workspace = new Workspace(network.config(), kernels, team);
    }

    GlmNetwork network() {
        return network;
    }

    /** An empty cache for one sequence. */
    KeyValueCache newCache() {
        return new KeyValueCache(network.config(), kernels, cacheFormat);
    }

    /** Lets somebody else have the last word on which experts tokens go through. */
    void routeOverride(RouteOverride override) {
        workspace.routeOverride(override);
    }

    /** Starts a pass of so many tokens, which are then added. */
    void begin(int tokens) {
        workspace.reserve(tokens);
        workspace.rows().clear();
    }

    /**
     * Adds a token.
     *
     * @param positions the sequence's tokens
     * @param index which of them
     * @param slot see {@link TokenRows#add}
     */
    void add(TokenPositions positions, int index, KeyValueCache cache, int slot, int seenSlots) {
        int row = workspace.rows().count();
        workspace.rows().add(cache, slot, seenSlots);
        network.embedding().readRow(positions.id(index), workspace.hidden, row * hiddenSize());
        LearnedPositions learned = network.positions();
        if (learned != null) {
            learned.add(kernels, positions, index, workspace.hidden, row * hiddenSize(), workspace.normed);
        }
        workspace.rotary().prepare(row, positions, index);
    }

    /**
     * Runs the tokens through all layers. Those of which nobody wants the output leave the last one after their keys and values.
     *
     * @param kept of how many tokens, the last ones, the output is wanted; with a trace, of all
     * @param trace sees the outputs of the layers, or null
     * @param firstPosition what to tell it
     */
    void run(int kept, @Nullable ForwardTrace trace, int firstPosition) {
        int tokens = workspace.rows().count();
        int layers = network.config().layers();
        if (trace != null) {
            trace.activations(-1, firstPosition, workspace.hidden, tokens);
        }
        for (int layer = 0; layer < layers; layer++) {
            boolean whole = layer < layers - 1 || trace != null;
            network.blocks().get(layer).apply(workspace, layer, whole ? tokens : kept);
            if (trace != null) {
                trace.activations(layer, firstPosition, workspace.hidden, tokens);
            }
        }
        hiddenRows = workspace.rows().count();
        workspace.rows().clear();
    }

    /** Copies {@code count} rows of the residual stream from that of the token on that is {@code last} tokens from the end. */
    void copyHidden(int last, int count, float[] target) {
        System.arraycopy(workspace.hidden, (hiddenRows - last) * hiddenSize(), target, 0, count * hiddenSize());
    }

    /**
     * The output head.
     *
     * @param hidden {@code tokens x hiddenSize}, what came out of the last layer; must not be the workspace's
     * @param logits receives {@code tokens x vocabularySize}
     */
    void head(float[] hidden, int tokens, float[] logits, @Nullable ForwardTrace trace, int firstPosition) {
        network.finalNorm().apply(workspace, hidden, tokens, workspace.normed);
        if (trace != null) {
            trace.activations(network.config().layers(), firstPosition, workspace.normed, tokens);
        }
        workspace.multiplication().multiply(network.head(), workspace.normed, tokens, logits);
    }

    private int hiddenSize() {
        return network.config().hiddenSize();
    }
}

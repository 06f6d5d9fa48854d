package io.github.glmjava.family;

import io.github.glmjava.layer.Attention;
import io.github.glmjava.layer.FeedForward;
import io.github.glmjava.layer.GlmBlock;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.Linear;
import io.github.glmjava.layer.RmsNorm;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Builds a network from a checkpoint: finds every tensor that the architecture needs and checks its shape. */
public final class NetworkLoader {
    private final GlmConfig config;
    private final TensorNames names;
    private final WeightConversion conversion;
    private final StoredWeights weights;

    private NetworkLoader(
            Checkpoint checkpoint, GlmConfig config, TensorNames names, Kernels kernels, WeightConversion conversion) {
        this.config = config;
        this.names = names;
        this.conversion = conversion;
        weights = new StoredWeights(checkpoint, kernels, conversion);
    }

    /**
     * Builds a network on a checkpoint, which must stay open as long as the network is used.
     *
     * @param conversion what becomes of the matrices
     * @param progress hears the number of layers that are ready, from 1 to all
     * @throws CheckpointException if a tensor is missing or is not what the architecture says
     */
    public static GlmNetwork load(
            Checkpoint checkpoint,
            GlmConfig config,
            TensorNames names,
            Kernels kernels,
            WeightConversion conversion,
            IntConsumer progress)
            throws CheckpointException {
        return new NetworkLoader(checkpoint, config, names, kernels, conversion).load(progress);
    }

    private GlmNetwork load(IntConsumer progress) throws CheckpointException {
        Matrix embedding = weights.matrix(names.embedding(), config.vocabularySize(), config.hiddenSize(), null);
        List<GlmBlock> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(block(layer));
            progress.accept(layer + 1);
        }
        RmsNorm finalNorm = norm(names.finalNorm());
        Matrix head = weights.matrix(names.head(), config.vocabularySize(), config.hiddenSize(), conversion.head());
        weights.reportUnused(names.ignored());
        return new GlmNetwork(config, embedding, blocks, finalNorm, head, weights.bytes(), weights.elements());
    }

    private GlmBlock block(int layer) throws CheckpointException {
        Attention attention = new Attention(
                linear(
                        TensorNames.inLayer(names.queryKeyValue(), layer),
                        config.queryKeyValueSize(),
                        config.hiddenSize(),
                        config.attentionBias()),
                linear(
                        TensorNames.inLayer(names.attentionOutput(), layer),
                        config.hiddenSize(),
                        config.attentionSize(),
                        config.linearBias()));
        FeedForward feedForward = new FeedForward(
                linear(
                        TensorNames.inLayer(names.gateAndUp(), layer),
                        2 * config.feedForwardSize(),
                        config.hiddenSize(),
                        config.linearBias()),
                linear(
                        TensorNames.inLayer(names.down(), layer),
                        config.hiddenSize(),
                        config.feedForwardSize(),
                        config.linearBias()));
        return new GlmBlock(
                norm(TensorNames.inLayer(names.attentionNorm(), layer)),
                attention,
                norm(TensorNames.inLayer(names.feedForwardNorm(), layer)),
                feedForward);
    }

    private RmsNorm norm(String name) throws CheckpointException {
        return new RmsNorm(weights.vector(name, config.hiddenSize()), config.normEpsilon());
    }

    private Linear linear(String name, int rows, int columns, boolean bias) throws CheckpointException {
        String biasName = name.substring(0, name.length() - "weight".length()) + "bias";
        return weights.linear(name, bias ? biasName : null, rows, columns, conversion.layers());
    }
}

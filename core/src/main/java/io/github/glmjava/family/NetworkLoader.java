package io.github.glmjava.family;

import io.github.glmjava.layer.Attention;
import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.FeedForward;
import io.github.glmjava.layer.GlmBlock;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.Linear;
import io.github.glmjava.layer.Projection;
import io.github.glmjava.layer.RmsNorm;
import io.github.glmjava.layer.StackedProjection;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
        Matrix embedding = table(TensorRole.EMBEDDING, null);
        List<GlmBlock> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(block(layer));
            progress.accept(layer + 1);
        }
        RmsNorm finalNorm = norm(names.of(TensorRole.FINAL_NORM));
        Matrix head = head(embedding);
        weights.reportUnused(names.ignored());
        return new GlmNetwork(config, embedding, blocks, finalNorm, head, null, weights.bytes(), weights.elements());
    }

    private Matrix table(TensorRole role, @Nullable MatrixFormat format) throws CheckpointException {
        return weights.matrix(names.of(role), config.vocabularySize(), config.hiddenSize(), format);
    }

    /** The embedding once more if it is the head too, unless the head is to have a format of its own. */
    private Matrix head(Matrix embedding) throws CheckpointException {
        if (!config.tiedHead()) {
            return table(TensorRole.HEAD, conversion.head());
        }
        return conversion.head() == null ? embedding : table(TensorRole.EMBEDDING, conversion.head());
    }

    private GlmBlock block(int layer) throws CheckpointException {
        boolean outputNorms = config.norm().ofSublayerOutputs();
        return new GlmBlock(
                norm(names.of(TensorRole.ATTENTION_NORM, layer)),
                attention(layer),
                outputNorms ? norm(names.of(TensorRole.ATTENTION_OUTPUT_NORM, layer)) : null,
                norm(names.of(TensorRole.FEED_FORWARD_NORM, layer)),
                feedForward(layer),
                outputNorms ? norm(names.of(TensorRole.FEED_FORWARD_OUTPUT_NORM, layer)) : null);
    }

    private Attention attention(int layer) throws CheckpointException {
        AttentionConfig attention = config.attention();
        Projection queryKeyValue = projection(
                names.parts(TensorRole.QUERY_KEY_VALUE, layer),
                config.hiddenSize(),
                attention.inputBias(),
                attention.querySize(),
                attention.groups() * attention.keySize(),
                attention.groups() * attention.valueSize());
        Linear output = linear(
                names.of(TensorRole.ATTENTION_OUTPUT, layer),
                config.hiddenSize(),
                attention.outputSize(),
                attention.outputBias());
        return new Attention(queryKeyValue, output);
    }

    private FeedForward feedForward(int layer) throws CheckpointException {
        int size = config.feedForward().size();
        boolean bias = config.feedForward().bias();
        return new FeedForward(
                projection(names.parts(TensorRole.GATE_AND_UP, layer), config.hiddenSize(), bias, size, size),
                linear(names.of(TensorRole.DOWN, layer), config.hiddenSize(), size, bias));
    }

    private RmsNorm norm(String name) throws CheckpointException {
        return new RmsNorm(
                weights.vector(name, config.hiddenSize()), config.norm().epsilon());
    }

    /** One matrix for all outputs, or one for each part of them. */
    private Projection projection(List<String> parts, int inputs, boolean bias, int... outputs)
            throws CheckpointException {
        if (parts.size() == 1) {
            return linear(parts.getFirst(), IntStream.of(outputs).sum(), inputs, bias);
        }
        List<Linear> linears = new ArrayList<>();
        for (int i = 0; i < outputs.length; i++) {
            linears.add(linear(parts.get(i), outputs[i], inputs, bias));
        }
        return new StackedProjection(linears);
    }

    private Linear linear(String name, int rows, int columns, boolean bias) throws CheckpointException {
        return weights.linear(name, bias ? TensorNames.biasOf(name) : null, rows, columns, conversion.layers());
    }
}

package io.github.glmjava.family;

import io.github.glmjava.layer.Attention;
import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.ExpertRouter;
import io.github.glmjava.layer.ExpertsConfig;
import io.github.glmjava.layer.FeedForward;
import io.github.glmjava.layer.FeedForwardConfig;
import io.github.glmjava.layer.GatedFeedForward;
import io.github.glmjava.layer.GlmBlock;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.GroupedAttention;
import io.github.glmjava.layer.LayerNorm;
import io.github.glmjava.layer.LearnedPositions;
import io.github.glmjava.layer.Linear;
import io.github.glmjava.layer.MixtureOfExperts;
import io.github.glmjava.layer.Norm;
import io.github.glmjava.layer.PlainFeedForward;
import io.github.glmjava.layer.Projection;
import io.github.glmjava.layer.RmsNorm;
import io.github.glmjava.layer.StackedProjection;
import io.github.glmjava.layer.WeightTotals;
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

    /** Experts that a token does not go through. */
    private long idleBytes;

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
        Matrix embedding = embedding();
        LearnedPositions positions = positions();
        List<GlmBlock> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(block(layer));
            progress.accept(layer + 1);
        }
        Norm finalNorm = norm(names.of(TensorRole.FINAL_NORM));
        Matrix head = head(embedding);
        weights.reportUnused(name -> names.ignores(name, config.layers()));
        WeightTotals totals = new WeightTotals(weights.bytes(), idleBytes);
        return new GlmNetwork(config, embedding, positions, blocks, finalNorm, head, null, totals);
    }

    private @Nullable LearnedPositions positions() throws CheckpointException {
        int rows = config.learnedPositions();
        if (rows == 0) {
            return null;
        }
        return new LearnedPositions(
                weights.table(names.of(TensorRole.POSITION_EMBEDDING), rows, config.hiddenSize()),
                weights.table(names.of(TensorRole.BLANK_POSITION_EMBEDDING), rows, config.hiddenSize()));
    }

    private Matrix embedding() throws CheckpointException {
        if (config.tiedHead() && conversion.recipe().head() == null) {
            return vocabularyMatrix(TensorRole.EMBEDDING, null); // it is the head, too
        }
        return weights.table(names.of(TensorRole.EMBEDDING), config.vocabularySize(), config.hiddenSize());
    }

    private Matrix vocabularyMatrix(TensorRole role, @Nullable MatrixFormat format) throws CheckpointException {
        return weights.matrix(names.of(role), config.vocabularySize(), config.hiddenSize(), format);
    }

    /** The embedding once more if it is the head too, unless the head is to have a format of its own. */
    private Matrix head(Matrix embedding) throws CheckpointException {
        if (!config.tiedHead()) {
            return vocabularyMatrix(TensorRole.HEAD, conversion.recipe().head());
        }
        return conversion.recipe().head() == null
                ? embedding
                : vocabularyMatrix(TensorRole.EMBEDDING, conversion.recipe().head());
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
        if (attention.latent() != null) {
            return new LatentAttentionLoader(
                            config,
                            attention.latent(),
                            names,
                            weights,
                            conversion.recipe().attention())
                    .load(layer);
        }
        Projection queryKeyValue = projection(
                names.parts(TensorRole.QUERY_KEY_VALUE, layer),
                config.hiddenSize(),
                attention.inputBias(),
                conversion.recipe().attention(),
                attention.querySize(),
                attention.groups() * attention.keySize(),
                attention.groups() * attention.valueSize());
        Linear output = linear(
                names.of(TensorRole.ATTENTION_OUTPUT, layer),
                config.hiddenSize(),
                attention.outputSize(),
                attention.outputBias(),
                conversion.recipe().attention());
        boolean norms = attention.queryKeyNorm();
        return new GroupedAttention(
                queryKeyValue,
                norms ? headNorm(names.of(TensorRole.QUERY_NORM, layer)) : null,
                norms ? headNorm(names.of(TensorRole.KEY_NORM, layer)) : null,
                output);
    }

    private RmsNorm headNorm(String name) throws CheckpointException {
        return new RmsNorm(
                weights.vector(name, config.attention().keySize()),
                config.norm().epsilon());
    }

    private FeedForward feedForward(int layer) throws CheckpointException {
        WeightRecipe recipe = conversion.recipe();
        int size = config.feedForward().size();
        boolean bias = config.feedForward().bias();
        FeedForwardConfig.Activation activation = config.feedForward().activation();
        if (activation != FeedForwardConfig.Activation.SWIGLU) {
            return new PlainFeedForward(
                    linear(names.of(TensorRole.UP, layer), size, config.hiddenSize(), bias, recipe.gateAndUp()),
                    linear(names.of(TensorRole.DOWN, layer), config.hiddenSize(), size, bias, recipe.down()),
                    activation == FeedForwardConfig.Activation.GELU_TANH);
        }
        ExpertsConfig experts = config.feedForward().expertsOf(layer);
        if (experts != null) {
            return mixture(experts, layer);
        }
        return gated(names.parts(TensorRole.GATE_AND_UP, layer), names.of(TensorRole.DOWN, layer), size, bias);
    }

    private GatedFeedForward gated(List<String> gateAndUp, String down, int size, boolean bias)
            throws CheckpointException {
        return new GatedFeedForward(
                projection(
                        gateAndUp,
                        config.hiddenSize(),
                        bias,
                        conversion.recipe().gateAndUp(),
                        size,
                        size),
                linear(
                        down,
                        config.hiddenSize(),
                        size,
                        bias,
                        conversion.recipe().down()));
    }

    private MixtureOfExperts mixture(ExpertsConfig config, int layer) throws CheckpointException {
        List<GatedFeedForward> experts = new ArrayList<>();
        long bytesBefore = weights.bytes();
        for (int expert = 0; expert < config.experts(); expert++) {
            experts.add(gated(
                    names.parts(TensorRole.EXPERT_GATE_AND_UP, layer, expert),
                    names.of(TensorRole.EXPERT_DOWN, layer, expert),
                    config.size(),
                    false));
        }
        int idle = config.experts() - config.perToken();
        idleBytes += (weights.bytes() - bytesBefore) / config.experts() * idle;
        GatedFeedForward shared = config.sharedSize() == 0
                ? null
                : gated(
                        names.parts(TensorRole.SHARED_GATE_AND_UP, layer),
                        names.of(TensorRole.SHARED_DOWN, layer),
                        config.sharedSize(),
                        false);
        return new MixtureOfExperts(router(config, layer), experts, shared);
    }

    /** As stored: it is small, and which experts it chooses must not depend on the format of the others. */
    private ExpertRouter router(ExpertsConfig experts, int layer) throws CheckpointException {
        return new ExpertRouter(
                experts,
                weights.matrix(names.of(TensorRole.ROUTER, layer), experts.experts(), config.hiddenSize(), null),
                weights.vector(names.of(TensorRole.ROUTER_CORRECTION, layer), experts.experts()));
    }

    private Norm norm(String name) throws CheckpointException {
        float[] weight = weights.vector(name, config.hiddenSize());
        float epsilon = config.norm().epsilon();
        return switch (config.norm().kind()) {
            case ROOT_MEAN_SQUARE -> new RmsNorm(weight, epsilon);
            case MEAN_AND_VARIANCE ->
                new LayerNorm(weight, weights.vector(TensorNames.biasOf(name), config.hiddenSize()), epsilon);
        };
    }

    /** One matrix for all outputs, or one for each part of them. */
    private Projection projection(
            List<String> parts, int inputs, boolean bias, @Nullable MatrixFormat format, int... outputs)
            throws CheckpointException {
        if (parts.size() == 1) {
            return linear(parts.getFirst(), IntStream.of(outputs).sum(), inputs, bias, format);
        }
        List<Linear> linears = new ArrayList<>();
        for (int i = 0; i < outputs.length; i++) {
            linears.add(linear(parts.get(i), outputs[i], inputs, bias, format));
        }
        return new StackedProjection(linears);
    }

    private Linear linear(String name, int rows, int columns, boolean bias, @Nullable MatrixFormat format)
            throws CheckpointException {
        return weights.linear(name, bias ? TensorNames.biasOf(name) : null, rows, columns, format);
    }
}

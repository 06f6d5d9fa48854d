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
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds a network from a checkpoint: finds every tensor that the architecture needs and checks its shape. */
public final class NetworkLoader {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkLoader.class);

    private final Checkpoint checkpoint;
    private final GlmConfig config;
    private final TensorNames names;
    private final Kernels kernels;
    private final WeightConversion conversion;
    private final Set<String> used = new HashSet<>();
    private long weightBytes;

    private NetworkLoader(
            Checkpoint checkpoint, GlmConfig config, TensorNames names, Kernels kernels, WeightConversion conversion) {
        this.checkpoint = checkpoint;
        this.config = config;
        this.names = names;
        this.kernels = kernels;
        this.conversion = conversion;
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
        Matrix embedding = converted(names.embedding(), config.vocabularySize(), config.hiddenSize(), null);
        List<GlmBlock> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(block(layer));
            progress.accept(layer + 1);
        }
        RmsNorm finalNorm = norm(names.finalNorm());
        Matrix head = converted(names.head(), config.vocabularySize(), config.hiddenSize(), conversion.head());
        reportUnused();
        return new GlmNetwork(config, embedding, blocks, finalNorm, head, weightBytes);
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
        return new RmsNorm(vector(name, config.hiddenSize()), config.normEpsilon());
    }

    private Linear linear(String name, int rows, int columns, boolean bias) throws CheckpointException {
        String biasName = name.substring(0, name.length() - "weight".length()) + "bias";
        Matrix weight = converted(name, rows, columns, conversion.layers());
        return new Linear(weight, bias ? vector(biasName, rows) : null);
    }

    private float[] vector(String name, int size) throws CheckpointException {
        return tensor(name, List.of((long) size)).toFloats();
    }

    private Matrix converted(String name, int rows, int columns, @Nullable MatrixFormat format)
            throws CheckpointException {
        Matrix matrix = conversion.apply(matrix(name, rows, columns), format, kernels, name);
        weightBytes += matrix.format().bytes(rows, columns);
        return matrix;
    }

    private Matrix matrix(String name, int rows, int columns) throws CheckpointException {
        StoredTensor tensor = tensor(name, List.of((long) rows, (long) columns));
        MatrixFormat format = switch (tensor.dtype()) {
            case F32 -> MatrixFormat.F32;
            case F16 -> MatrixFormat.F16;
            case BF16 -> MatrixFormat.BF16;
            default ->
                throw new CheckpointException(tensor.file() + ": tensor \"" + name + "\" has dtype " + tensor.dtype()
                        + ", expected F32, F16 or BF16");
        };
        return kernels.matrix(format, tensor.data(), rows, columns);
    }

    private StoredTensor tensor(String name, List<Long> shape) throws CheckpointException {
        StoredTensor tensor = checkpoint.tensor(name);
        if (!tensor.shape().equals(shape)) {
            throw new CheckpointException(tensor.file() + ": tensor \"" + name + "\" has shape " + tensor.shape()
                    + ", expected " + shape + " from config.json");
        }
        used.add(name);
        return tensor;
    }

    /** What the architecture has no place for may mean that the numbers come out wrong: never pass over it silently. */
    private void reportUnused() {
        List<String> unused = checkpoint.tensors().keySet().stream()
                .filter(name -> !used.contains(name))
                .filter(name -> names.ignored().stream().noneMatch(name::endsWith))
                .toList();
        if (!unused.isEmpty()) {
            LOG.warn("{} tensors of the checkpoint are not used by this architecture: {}", unused.size(), unused);
        }
    }
}

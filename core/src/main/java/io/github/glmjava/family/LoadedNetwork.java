package io.github.glmjava.family;

import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.WeightMemory;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.NetworkBatch;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.layer.Prefix;
import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.WeightArena;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A network that is ready to run, with all that it holds on to: mapped files, converted weights, worker threads. Safe for
 * use by many threads, except that nothing may run any more when it is closed.
 */
public final class LoadedNetwork implements AutoCloseable {
    /** Measured: enough tokens to unpack weights for, few enough for their activations to stay in the second-level cache. */
    private static final int CHUNK = 264;

    /** Weights as stored take longer to read and to unpack. */
    private static final int CHUNK_AS_STORED = 2 * CHUNK;

    private final Checkpoint checkpoint;
    private final WorkerTeam team;
    private final WeightArena weightArena;
    private final Kernels kernels = KernelProvider.kernels();
    private final GlmNetwork network;
    private final int prefillChunk;
    private final CacheFormat cacheFormat;
    private final WeightFormat weights;

    private LoadedNetwork(
            ModelFolder folder,
            ModelFamily family,
            Checkpoint checkpoint,
            WorkerTeam team,
            WeightArena weightArena,
            LoadOptions options)
            throws IOException {
        this.checkpoint = checkpoint;
        this.team = team;
        this.weightArena = weightArena;
        weights = QuantizedTensors.format(checkpoint, options.weights());
        prefillChunk = switch (options.prefillChunk()) {
            case LoadOptions.AUTOMATIC_CHUNK -> weights == WeightFormat.AS_STORED ? CHUNK_AS_STORED : CHUNK;
            default -> options.prefillChunk();
        };
        cacheFormat = switch (options.keyValues()) {
            case AUTOMATIC -> weights == WeightFormat.AS_STORED ? CacheFormat.F32 : CacheFormat.BF16;
            case F32 -> CacheFormat.F32;
            case BF16 -> CacheFormat.BF16;
            case Q8 -> CacheFormat.Q8;
        };
        GlmConfig config = family.architecture(folder.config());
        GlmNetwork withoutPrefix = NetworkLoader.load(
                checkpoint,
                config,
                family.tensorNames(),
                kernels,
                conversion(options),
                layers -> options.progress().onProgress("weights", (double) layers / config.layers()));
        network = withoutPrefix.withPrefix(prefix(folder, config, options.ptuning()));
    }

    /**
     * Builds a network and starts its threads.
     *
     * @param folder says what the network looks like
     * @param checkpoint the weights; is closed with the network, or at once when loading fails
     * @throws IOException if the tensors are not what the folder says, or an adapter or prefix cannot be read
     */
    @SuppressWarnings("MustBeClosed") // closed by close()
    public static LoadedNetwork load(ModelFolder folder, ModelFamily family, Checkpoint checkpoint, LoadOptions options)
            throws IOException {
        WorkerTeam team = new WorkerTeam(options.threads());
        WeightArena weightArena = WeightArena.open(bytes(checkpoint));
        try {
            checkpoint.tensors().values().forEach(tensor -> weightArena.adviseHugePages(tensor.data()));
            return new LoadedNetwork(folder, family, checkpoint, team, weightArena, options);
        } catch (IOException | RuntimeException | Error e) {
            team.close();
            weightArena.close();
            checkpoint.close();
            throw e;
        }
    }

    /** A prefix may come in a folder of its own, or in the model's, whose configuration then mentions it. */
    private @Nullable Prefix prefix(ModelFolder folder, GlmConfig config, @Nullable Path chosen) throws IOException {
        Path source = chosen == null && folder.config().isSet("pre_seq_len") ? folder.path() : chosen;
        return source == null ? null : PrefixReader.read(source, config, kernels, team);
    }

    private WeightConversion conversion(LoadOptions options) throws IOException {
        LoraAdapters adapters = LoraAdapters.read(options.lora(), weightArena);
        boolean copies = options.memory() == WeightMemory.COPIED;
        return new WeightConversion(WeightRecipe.of(weights), copies, adapters, weightArena, team);
    }

    /** The layers and their weights. */
    public GlmNetwork network() {
        return network;
    }

    /** The tensors that the weights were made of. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** The format of the weights: what was asked for, or that of a quantised folder. */
    public WeightFormat weights() {
        return weights;
    }

    /** How sequences keep keys and values. */
    public CacheFormat cacheFormat() {
        return cacheFormat;
    }

    /** The bytes of a checkpoint's tensors. */
    public static long bytes(Checkpoint checkpoint) {
        return checkpoint.tensors().values().stream()
                .mapToLong(tensor -> tensor.data().byteSize())
                .sum();
    }

    /** What the kernels are, for people. */
    public String kernels() {
        return kernels.description();
    }

    /** Threads that compute. */
    public int threads() {
        return team.threads();
    }

    /** An empty sequence. */
    public NetworkSequence newSequence() {
        return new NetworkSequence(network, kernels, team, prefillChunk, cacheFormat);
    }

    /** A batch without sequences, which are decoded together. */
    public NetworkBatch newBatch() {
        return new NetworkBatch(network, kernels, team, prefillChunk, cacheFormat);
    }

    /** Unmaps the weights and ends the worker threads. */
    @Override
    public void close() {
        team.close();
        weightArena.close();
        checkpoint.close();
    }
}

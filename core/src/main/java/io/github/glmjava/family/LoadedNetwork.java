package io.github.glmjava.family;

import io.github.glmjava.LoadOptions;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * A network that is ready to run, with all that it holds on to: mapped files, converted weights, worker threads. Safe for
 * use by many threads, except that nothing may run any more when it is closed.
 */
public final class LoadedNetwork implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final WorkerTeam team;
    private final Arena convertedWeights;
    private final Kernels kernels = KernelProvider.kernels();
    private final GlmNetwork network;
    private final int prefillChunk;

    private LoadedNetwork(
            GlmConfig config,
            TensorNames names,
            Checkpoint checkpoint,
            WorkerTeam team,
            Arena convertedWeights,
            LoadOptions options)
            throws IOException {
        this.checkpoint = checkpoint;
        this.team = team;
        this.convertedWeights = convertedWeights;
        prefillChunk = options.prefillChunk();
        network = NetworkLoader.load(
                checkpoint,
                config,
                names,
                kernels,
                conversion(options),
                layers -> options.progress().onProgress("weights", (double) layers / config.layers()));
    }

    /**
     * Builds a network and starts its threads.
     *
     * @param config the architecture
     * @param names what the tensors are called
     * @param checkpoint the weights; is closed with the network, or at once when loading fails
     * @throws IOException if the tensors are not what the architecture says, or an adapter cannot be read
     */
    @SuppressWarnings("MustBeClosed") // closed by close()
    public static LoadedNetwork load(GlmConfig config, TensorNames names, Checkpoint checkpoint, LoadOptions options)
            throws IOException {
        WorkerTeam team = new WorkerTeam(options.threads());
        Arena convertedWeights = Arena.ofShared();
        try {
            return new LoadedNetwork(config, names, checkpoint, team, convertedWeights, options);
        } catch (IOException | RuntimeException | Error e) {
            team.close();
            convertedWeights.close();
            checkpoint.close();
            throw e;
        }
    }

    private WeightConversion conversion(LoadOptions options) throws IOException {
        LoraAdapters adapters = LoraAdapters.read(options.lora(), convertedWeights);
        WeightRecipe recipe = WeightRecipe.of(options.weights());
        return new WeightConversion(recipe.layers(), recipe.head(), adapters, convertedWeights, team);
    }

    /** The layers and their weights. */
    public GlmNetwork network() {
        return network;
    }

    /** The tensors that the weights were made of. */
    public Checkpoint checkpoint() {
        return checkpoint;
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
        return new NetworkSequence(network, kernels, team, prefillChunk);
    }

    /** Unmaps the weights and ends the worker threads. */
    @Override
    public void close() {
        team.close();
        convertedWeights.close();
        checkpoint.close();
    }
}

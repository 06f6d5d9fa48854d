package io.github.glmjava.engine;

import io.github.glmjava.WeightFormat;
import io.github.glmjava.family.LoraAdapters;
import io.github.glmjava.family.ModelFamilies;
import io.github.glmjava.family.ModelFamily;
import io.github.glmjava.family.ModelFolder;
import io.github.glmjava.family.NetworkLoader;
import io.github.glmjava.family.WeightConversion;
import io.github.glmjava.family.WeightRecipe;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.NetworkBatch;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A model's bare network, for tests that look below the public API. */
final class OpenNetwork implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final GlmNetwork network;
    private final WorkerTeam team;
    private final CacheFormat cacheFormat;

    private OpenNetwork(Checkpoint checkpoint, GlmNetwork network, WorkerTeam team, CacheFormat cacheFormat) {
        this.checkpoint = checkpoint;
        this.network = network;
        this.team = team;
        this.cacheFormat = cacheFormat;
    }

    static OpenNetwork open(Path folder, int threads) throws IOException {
        return open(folder, threads, CacheFormat.F32);
    }

    static OpenNetwork open(Path folder, int threads, CacheFormat cacheFormat) throws IOException {
        return open(folder, threads, WeightFormat.AS_STORED, cacheFormat);
    }

    static OpenNetwork open(Path folder, int threads, WeightFormat weights, CacheFormat cacheFormat)
            throws IOException {
        ModelFolder files = ModelFolder.read(folder);
        ModelFamily family = ModelFamilies.of(files);
        Checkpoint checkpoint = Checkpoint.open(folder);
        WorkerTeam team = new WorkerTeam(threads);
        GlmNetwork network = NetworkLoader.load(
                checkpoint,
                family.architecture(files.config()),
                family.tensorNames(),
                KernelProvider.kernels(),
                new WeightConversion(WeightRecipe.of(weights), false, LoraAdapters.none(), Arena.global(), team),
                layers -> {});
        return new OpenNetwork(checkpoint, network, team, cacheFormat);
    }

    /** An empty sequence that feeds at most so many tokens at a time. */
    NetworkSequence sequence(int chunk) {
        return new NetworkSequence(network, KernelProvider.kernels(), team, chunk, cacheFormat);
    }

    /** A batch without sequences, which are fed at most so many tokens at a time. */
    NetworkBatch batch(int chunk) {
        return new NetworkBatch(network, KernelProvider.kernels(), team, chunk, cacheFormat);
    }

    long promptMultiplyAdds(int tokens) {
        return network.promptMultiplyAdds(tokens);
    }

    int layers() {
        return network.config().layers();
    }

    int hiddenSize() {
        return network.config().hiddenSize();
    }

    @Override
    public void close() {
        team.close();
        checkpoint.close();
    }
}

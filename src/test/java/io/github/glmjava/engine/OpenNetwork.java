package io.github.glmjava.engine;

import io.github.glmjava.family.LoraAdapters;
import io.github.glmjava.family.ModelFamilies;
import io.github.glmjava.family.ModelFamily;
import io.github.glmjava.family.ModelFolder;
import io.github.glmjava.family.NetworkLoader;
import io.github.glmjava.family.WeightConversion;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.NetworkSequence;
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

    private OpenNetwork(Checkpoint checkpoint, GlmNetwork network, WorkerTeam team) {
        this.checkpoint = checkpoint;
        this.network = network;
        this.team = team;
    }

    static OpenNetwork open(Path folder, int threads) throws IOException {
        ModelFolder files = ModelFolder.read(folder);
        ModelFamily family = ModelFamilies.of(files);
        Checkpoint checkpoint = Checkpoint.open(folder);
        WorkerTeam team = new WorkerTeam(threads);
        GlmNetwork network = NetworkLoader.load(
                checkpoint,
                family.architecture(files.config()),
                family.tensorNames(),
                KernelProvider.kernels(),
                new WeightConversion(null, null, false, LoraAdapters.none(), Arena.global(), team),
                layers -> {});
        return new OpenNetwork(checkpoint, network, team);
    }

    /** An empty sequence that feeds at most so many tokens at a time. */
    NetworkSequence sequence(int chunk) {
        return new NetworkSequence(network, KernelProvider.kernels(), team, chunk);
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

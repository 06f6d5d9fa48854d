package io.github.glmjava.layer;

import io.github.glmjava.tensor.ParallelTask;
import io.github.glmjava.tensor.WorkerTeam;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Spreads {@link PerToken} work over a team. One object per workspace, used again and again. */
final class TokenLoop implements ParallelTask {
    private final Workspace workspace;
    private final WorkerTeam team;

    // The work being done.
    private @Nullable PerToken work;
    private int layer;
    private float[] input = new float[0];
    private float[] output = input;

    TokenLoop(Workspace workspace, WorkerTeam team) {
        this.workspace = workspace;
        this.team = team;
    }

    void run(PerToken newWork, int inLayer, float[] source, float[] target, int tokens) {
        if (tokens == 1) {
            newWork.run(workspace, inLayer, source, target, 0);
            return;
        }
        work = newWork;
        layer = inLayer;
        input = source;
        output = target;
        team.run(this, tokens, 1);
    }

    @Override
    public void run(int worker, int from, int to) {
        PerToken current = Objects.requireNonNull(work);
        for (int token = from; token < to; token++) {
            current.run(workspace, layer, input, output, token);
        }
    }
}

package io.github.glmjava.engine;

import io.github.glmjava.layer.ForwardTrace;
import io.github.glmjava.layer.NetworkSequence;
import java.util.Arrays;

/** Everything an engine's forward pass came by; each array is {@code tokens x features}. */
final class EngineTrace {
    private final float[][][] stages;
    private final float[][] logits;

    private EngineTrace(float[][][] stages, float[][] logits) {
        this.stages = stages;
        this.logits = logits;
    }

    /** Runs tokens through an empty sequence, which stays traced. */
    static EngineTrace of(OpenNetwork network, NetworkSequence sequence, int... ids) {
        float[][][] stages = new float[network.layers() + 2][ids.length][];
        ForwardTrace collector = (layer, firstPosition, values, tokens) -> {
            int features = network.hiddenSize();
            for (int token = 0; token < tokens; token++) {
                stages[layer + 1][firstPosition + token] =
                        Arrays.copyOfRange(values, token * features, (token + 1) * features);
            }
        };
        sequence.trace(collector);
        return new EngineTrace(stages, sequence.appendForLogits(ids));
    }

    /** What enters the first layer. */
    float[][] embeddings() {
        return stages[0];
    }

    /** The output of a layer, counted from zero. */
    float[][] hidden(int layer) {
        return stages[layer + 1];
    }

    /** What enters the output head. */
    float[][] finalNorm() {
        return stages[stages.length - 1];
    }

    /** The logits of every position. */
    float[][] logits() {
        return logits;
    }
}

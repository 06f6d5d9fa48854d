package io.github.glmjava.layer;

import io.github.glmjava.tensor.Matrix;
import java.util.List;

/**
 * Several maps of the same input, whose outputs follow one another: what some checkpoints store as one matrix and others
 * as a matrix for each part. The parts are used where they lie.
 */
public final class StackedProjection implements Projection {
    private final List<Linear> parts;
    private final List<Matrix> onlyWeights;
    private final int outputs;

    /** @param parts at least one, with the same number of inputs */
    public StackedProjection(List<Linear> parts) {
        this.parts = List.copyOf(parts);
        onlyWeights = parts.stream().anyMatch(part -> part.onlyWeights().isEmpty())
                ? List.of()
                : parts.stream().flatMap(part -> part.onlyWeights().stream()).toList();
        outputs = parts.stream().mapToInt(Linear::outputs).sum();
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public long multiplyAdds() {
        return parts.stream().mapToLong(Linear::multiplyAdds).sum();
    }

    @Override
    public List<Matrix> onlyWeights() {
        return onlyWeights;
    }

    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] output) {
        int before = 0;
        for (int i = 0; i < parts.size(); i++) {
            Linear part = parts.get(i);
            part.apply(workspace, input, tokens, output, before, outputs);
            before += part.outputs();
        }
    }
}

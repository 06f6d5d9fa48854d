package io.github.glmjava.layer;

import java.util.List;

/**
 * Several maps of the same input, whose outputs follow one another: what some checkpoints store as one matrix and others
 * as a matrix for each part. The parts are used where they lie; joining their outputs costs far less than a copy of the
 * weights.
 */
public final class StackedProjection implements Projection {
    private final List<Linear> parts;
    private final int outputs;

    /** @param parts at least one, with the same number of inputs */
    public StackedProjection(List<Linear> parts) {
        this.parts = List.copyOf(parts);
        outputs = parts.stream().mapToInt(Linear::outputs).sum();
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] output) {
        int before = 0;
        for (int i = 0; i < parts.size(); i++) {
            Linear part = parts.get(i);
            int size = part.outputs();
            float[] product = workspace.part(tokens * size);
            part.apply(workspace, input, tokens, product);
            for (int token = 0; token < tokens; token++) {
                System.arraycopy(product, token * size, output, token * outputs + before, size);
            }
            before += size;
        }
    }
}

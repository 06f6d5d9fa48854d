package io.github.glmjava.layer;

/**
 * Work of a layer on one token that does not depend on other tokens. Layers implement it themselves, so that nothing has to
 * be allocated to spread it over a team; what changes from call to call comes with it.
 */
interface PerToken {
    /**
     * Does the work.
     *
     * @param layer the block's number, where it matters
     * @param input features of all tokens
     * @param output receives features of all tokens; may be the input
     * @param token which row
     */
    void run(Workspace workspace, int layer, float[] input, float[] output, int token);
}

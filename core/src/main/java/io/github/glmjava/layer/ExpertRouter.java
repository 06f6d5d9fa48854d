package io.github.glmjava.layer;

import io.github.glmjava.tensor.Matrix;
import java.util.Arrays;

/**
 * Chooses the experts of each token (modeling_glm4_moe.py, {@code Glm4MoeTopkRouter}). An expert's score is the sigmoid of
 * its logit; a correction, learned to even out the load, is added for the choice alone.
 */
public final class ExpertRouter implements PerToken {
    private final ExpertsConfig config;
    private final Matrix weight;
    private final float[] correction;

    /**
     * @param weight {@code experts x hiddenSize}
     * @param correction one addend per expert
     */
    public ExpertRouter(ExpertsConfig config, Matrix weight, float[] correction) {
        this.config = config;
        this.weight = weight;
        this.correction = correction;
    }

    /** How many experts a token goes through. */
    int perToken() {
        return config.perToken();
    }

    /** The multiply-adds of one token in the router itself. */
    long multiplyAdds() {
        return weight.elements();
    }

    /** Scores {@code tokens x hiddenSize} activations and notes each token's experts in {@code choice}. */
    void route(Workspace workspace, float[] input, int tokens, ExpertChoice choice) {
        choice.reserve(config, tokens);
        workspace.multiplication().multiply(weight, input, tokens, choice.scores);
        workspace.forEachToken(this, 0, choice.scores, choice.corrected, tokens);
        RouteOverride override = workspace.routeOverride();
        if (override != null) {
            override.choose(choice.experts, tokens, config.perToken());
        }
        for (int token = 0; token < tokens; token++) {
            weigh(choice, token);
        }
    }

    /** Turns a token's logits into scores and notes its experts. */
    @Override
    public void run(Workspace workspace, int layer, float[] scores, float[] corrected, int token) {
        ExpertChoice choice = workspace.expertChoice();
        int experts = config.experts();
        int first = token * experts;
        for (int expert = 0; expert < experts; expert++) {
            float score = (float) (1 / (1 + StrictMath.exp(-choice.scores[first + expert])));
            choice.scores[first + expert] = score;
            choice.corrected[first + expert] = score + correction[expert];
        }
        if (config.groupsPerToken() < config.groups()) {
            dropGroups(choice, token);
        }
        int chosen = token * config.perToken();
        for (int i = 0; i < config.perToken(); i++) {
            int best = largest(choice.corrected, first, first + experts);
            choice.corrected[best] = Float.NEGATIVE_INFINITY;
            choice.experts[chosen + i] = best - first;
        }
    }

    /** How much of each of its experts a token gets: by their scores without the correction. */
    private void weigh(ExpertChoice choice, int token) {
        int first = token * config.experts();
        int chosen = token * config.perToken();
        float sum = 0;
        for (int i = chosen; i < chosen + config.perToken(); i++) {
            choice.weights[i] = choice.scores[first + choice.experts[i]];
            sum += choice.weights[i];
        }
        for (int i = chosen; i < chosen + config.perToken(); i++) {
            float weight = config.normalized() ? choice.weights[i] / (sum + 1e-20f) : choice.weights[i];
            choice.weights[i] = weight * config.scale();
        }
    }

    /** Sets the corrected scores in all but the best groups to 0, which is what the original code does. */
    private void dropGroups(ExpertChoice choice, int token) {
        int groups = config.groups();
        int size = config.experts() / groups;
        int first = token * config.experts();
        int firstGroup = token * groups;
        for (int group = 0; group < groups; group++) {
            choice.groups[firstGroup + group] = twoLargest(choice.corrected, first + group * size, size);
        }
        for (int i = 0; i < config.groupsPerToken(); i++) {
            choice.groups[largest(choice.groups, firstGroup, firstGroup + groups)] = Float.NEGATIVE_INFINITY;
        }
        for (int group = 0; group < groups; group++) {
            if (choice.groups[firstGroup + group] != Float.NEGATIVE_INFINITY) {
                Arrays.fill(choice.corrected, first + group * size, first + (group + 1) * size, 0);
            }
        }
    }

    /** The first of the largest. */
    private static int largest(float[] values, int from, int to) {
        int largest = from;
        for (int i = from + 1; i < to; i++) {
            if (values[i] > values[largest]) {
                largest = i;
            }
        }
        return largest;
    }

    /** The sum of the two largest of at least two values. */
    private static float twoLargest(float[] values, int from, int count) {
        float largest = Math.max(values[from], values[from + 1]);
        float second = Math.min(values[from], values[from + 1]);
        for (int i = from + 2; i < from + count; i++) {
            second = Math.max(second, Math.min(largest, values[i]));
            largest = Math.max(largest, values[i]);
        }
        return largest + second;
    }
}

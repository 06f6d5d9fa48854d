package io.github.glmjava.layer;

/**
 * Mixtures of experts (DeepSeek-AI 2024, DeepSeek-V3, section 2.1.2): each token goes through the few routed experts that
 * score best on it, and through the shared ones.
 *
 * @param firstLayer layers below this one have a dense network instead
 * @param experts routed experts of a layer
 * @param perToken routed experts that a token goes through
 * @param size inner features of a routed expert
 * @param sharedSize inner features of all shared experts together; 0 if there is none
 * @param groups groups of consecutive experts; divides {@code experts}
 * @param groupsPerToken the groups that a token's experts may come from: those whose two best score highest
 * @param normalized whether the weights of a token's experts are divided by their sum
 * @param scale what the weights are multiplied with
 */
public record ExpertsConfig(
        int firstLayer,
        int experts,
        int perToken,
        int size,
        int sharedSize,
        int groups,
        int groupsPerToken,
        boolean normalized,
        float scale) {}

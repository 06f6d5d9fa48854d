package io.github.glmjava.layer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mixture of experts: {@code shared(x) + sum of weight_e * expert_e(x)} over the experts that are chosen for a token. Only
 * these are read, and each of them once for all tokens that go through it. A token's sum runs over its experts by their
 * number, so that its bits do not depend on which tokens are computed together.
 */
public final class MixtureOfExperts implements FeedForward {
    private final ExpertRouter router;
    private final List<GatedFeedForward> experts;
    private final @Nullable GatedFeedForward shared;

    /**
     * @param experts the routed experts
     * @param shared the shared experts as one network, or null
     */
    public MixtureOfExperts(ExpertRouter router, List<GatedFeedForward> experts, @Nullable GatedFeedForward shared) {
        this.router = router;
        this.experts = List.copyOf(experts);
        this.shared = shared;
    }

    @Override
    public void apply(Workspace workspace, float[] input, int tokens, float[] result) {
        int size = workspace.config().hiddenSize();
        ExpertChoice choice = workspace.expertChoice();
        router.route(workspace, input, tokens, choice);
        if (shared != null) {
            shared.apply(workspace, input, tokens, result);
        } else {
            Arrays.fill(result, 0, tokens * size, 0);
        }
        float[] gathered = workspace.gathered(tokens * size);
        float[] output = workspace.expertOutput(tokens * size);
        for (int expert = 0; expert < experts.size(); expert++) {
            int selected = choice.select(expert);
            if (selected > 0) {
                for (int i = 0; i < selected; i++) {
                    System.arraycopy(input, choice.tokens[i] * size, gathered, i * size, size);
                }
                experts.get(expert).apply(workspace, gathered, selected, output);
                for (int i = 0; i < selected; i++) {
                    float weight = choice.weights[choice.places[i]];
                    addWeighted(result, choice.tokens[i] * size, output, i * size, weight, size);
                }
            }
        }
    }

    @Override
    public long multiplyAdds() {
        long always = router.multiplyAdds() + (shared == null ? 0 : shared.multiplyAdds());
        return always + router.perToken() * experts.getFirst().multiplyAdds();
    }

    private static void addWeighted(float[] target, int offset, float[] source, int from, float weight, int count) {
        for (int i = 0; i < count; i++) {
            target[offset + i] += weight * source[from + i];
        }
    }
}

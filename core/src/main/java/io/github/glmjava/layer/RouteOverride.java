package io.github.glmjava.layer;

/**
 * Looks at the experts that were chosen for the tokens of a sequence and may put others in their place: for measurements that
 * compare networks which would choose differently.
 */
@FunctionalInterface
public interface RouteOverride {
    /**
     * Called for every mixture of experts that tokens come through, in the order in which they do, before the experts run. Tokens
     * of which nobody wants the output do not come through that of the last layer.
     *
     * @param experts {@code tokens x perToken} numbers of experts, valid during the call; those of a token must stay different
     */
    void choose(int[] experts, int tokens, int perToken);
}

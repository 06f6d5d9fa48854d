package io.github.glmjava.evaluation;

import io.github.glmjava.LoadOptions;
import io.github.glmjava.family.LoadedNetwork;
import io.github.glmjava.family.ModelSource;
import io.github.glmjava.layer.NetworkSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * What rounding the weights costs a mixture of experts, apart from the choice of experts. That choice is a step: where two
 * experts are as good as each other the least rounding turns it, and then the token's logits are those of another function. So
 * the tokens of the rounded network are sent to the experts to which the weights as stored send them, and the choices that
 * would have been others are counted.
 */
public final class ImposedRoutes implements AutoCloseable {
    private final LoadedNetwork stored;
    private final LoadedNetwork rounded;

    private ImposedRoutes(LoadedNetwork stored, LoadedNetwork rounded) {
        this.stored = stored;
        this.rounded = rounded;
    }

    /**
     * Loads a model twice.
     *
     * @param stored how to load what chooses the experts
     * @param rounded how to load what computes the logits; feeds prompts in chunks of the same size, which is not automatic
     * @throws IOException if the model cannot be loaded
     */
    @SuppressWarnings("MustBeClosedChecker") // closed by close()
    public static ImposedRoutes open(Path folder, LoadOptions stored, LoadOptions rounded) throws IOException {
        int chunk = stored.prefillChunk();
        if (chunk != rounded.prefillChunk() || chunk == LoadOptions.AUTOMATIC_CHUNK) {
            throw new IllegalArgumentException("chunks must be as large for both and not automatic, found " + chunk
                    + " and " + rounded.prefillChunk() + " tokens");
        }
        LoadedNetwork first = load(folder, stored);
        try {
            return new ImposedRoutes(first, load(folder, rounded));
        } catch (IOException | RuntimeException | Error e) {
            first.close();
            throw e;
        }
    }

    private static LoadedNetwork load(Path folder, LoadOptions options) throws IOException {
        ModelSource source = ModelSource.open(folder, options.specialTokens());
        return LoadedNetwork.load(source.files(), source.family(), source.checkpoint(), options);
    }

    /**
     * The logits after each of some tokens.
     *
     * @throws IllegalArgumentException if an id is not in the vocabulary, or the tokens exceed the context
     */
    public RoutedLogits logits(int... ids) {
        List<int[]> routes = new ArrayList<>();
        NetworkSequence noted = stored.newSequence();
        noted.routeOverride((experts, tokens, perToken) -> routes.add(Arrays.copyOf(experts, tokens * perToken)));
        noted.appendForLogits(ids);

        Follower follower = new Follower(routes);
        NetworkSequence followed = rounded.newSequence();
        followed.routeOverride(follower::follow);
        float[][] logits = followed.appendForLogits(ids);
        return new RoutedLogits(logits, follower.choices, follower.turned);
    }

    /** Sends tokens where others went, and counts those that were on another way. */
    private static final class Follower {
        private final Iterator<int[]> routes;
        private int choices;
        private int turned;

        Follower(List<int[]> routes) {
            this.routes = routes.iterator();
        }

        void follow(int[] experts, int tokens, int perToken) {
            int[] wanted = routes.next();
            for (int from = 0; from < tokens * perToken; from += perToken) {
                choices++;
                if (!Arrays.equals(sorted(experts, from, perToken), sorted(wanted, from, perToken))) {
                    turned++;
                }
            }
            System.arraycopy(wanted, 0, experts, 0, tokens * perToken);
        }

        private static int[] sorted(int[] experts, int from, int count) {
            int[] some = Arrays.copyOfRange(experts, from, from + count);
            Arrays.sort(some);
            return some;
        }
    }

    /** Unmaps the weights and ends the worker threads. */
    @Override
    public void close() {
        rounded.close();
        stored.close();
    }
}

package io.github.glmjava.layer;

import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.WorkerTeam;
import org.jspecify.annotations.Nullable;

/**
 * One sequence of tokens running through a network. How the tokens are split over calls does not change a bit of the
 * results. Not safe for use by several threads; different sequences are independent.
 */
public final class NetworkSequence {
    /** Tokens whose logits are computed together: the head is read once for them. */
    private static final int HEAD_BATCH = 32;

    /** Tokens that fill tiles of all kernels: {@code PairTile} takes 12, {@code FloatTile} 6 or 4. */
    private static final int TILE = 12;

    private final ForwardPass pass;
    private final KeyValueCache cache;
    private final TokenPositions positions;
    private final int chunk;
    private final float[] logits;
    private final float[] lastHidden;
    private final int[] singleId = new int[1];

    /** Slots of the cache before the first token; they take no positions. */
    private final int prefixLength;

    private @Nullable ForwardTrace trace;

    /** The tokens whose keys and values are in the cache. */
    private int computed;

    /** How many leading tokens saw each other when they were computed. */
    private int computedMutually;

    /** The length after which {@code logits} are computed already, 0 if they are not. */
    private int logitsLength;

    /** The length after which {@code lastHidden} is the state of the last token, 0 if there is none. */
    private int stateLength;

    /** An empty sequence that feeds at most {@code chunk} tokens at a time. */
    public NetworkSequence(GlmNetwork network, Kernels kernels, WorkerTeam team, int chunk, CacheFormat cacheFormat) {
        this(new ForwardPass(network, kernels, team, cacheFormat), chunk);
    }

    /** A sequence that shares scratch space with others. */
    NetworkSequence(ForwardPass pass, int chunk) {
        if (chunk < 1) {
            throw new IllegalArgumentException("chunk must be at least 1, found " + chunk);
        }
        this.pass = pass;
        this.chunk = chunk;
        GlmConfig config = pass.network().config();
        cache = pass.newCache();
        positions = new TokenPositions(config.blank());
        logits = new float[config.vocabularySize()];
        lastHidden = new float[config.hiddenSize()];
        prefixLength = pass.network().prefixLength();
        if (pass.network().prefix() != null) {
            pass.network().prefix().store(cache, config);
        }
    }

    /** Lets a trace see what the layers compute from now on. */
    public void trace(ForwardTrace newTrace) {
        trace = newTrace;
    }

    /** Lets somebody else have the last word on which experts tokens go through from now on. */
    public void routeOverride(RouteOverride override) {
        pass.routeOverride(override);
    }

    /** The number of tokens fed. */
    public int length() {
        return positions.length();
    }

    /** The most tokens that fit. */
    public int contextLimit() {
        return pass.network().config().contextLength();
    }

    /** The number of logits. */
    public int vocabularySize() {
        return pass.network().config().vocabularySize();
    }

    /**
     * Feeds tokens {@code from <= i < to}.
     *
     * @throws IllegalArgumentException if an id is not in the vocabulary, the tokens exceed the context, or a blank begins
     *     that has no mask
     */
    public void append(int[] ids, int from, int to) {
        append(ids, from, to, chunk);
    }

    /**
     * Feeds tokens as {@link #append}, but computes them one at a time, except those that see each other: reads all weights
     * for each of them, and needs no other code than decoding does.
     */
    public void appendSingly(int[] ids, int from, int to) {
        append(ids, from, to, 1);
    }

    private void append(int[] ids, int from, int to, int together) {
        checkTokens(ids, from, to);
        positions.append(ids, from, to);
        computeAlone(together);
    }

    /**
     * Feeds tokens and computes the logits after each of them.
     *
     * @return {@code ids.length x vocabularySize}
     * @throws IllegalArgumentException as {@link #append}
     */
    public float[][] appendForLogits(int[] ids) {
        checkTokens(ids, 0, ids.length);
        int before = positions.length();
        positions.append(ids, 0, ids.length);
        float[][] result = new float[ids.length][vocabularySize()];
        compute(result, before, chunk);
        return result;
    }

    /**
     * Computes all tokens that were fed and are not computed. Tokens that see each other are computed together, and once
     * more when there are more of them.
     *
     * @param result receives the logits of the tokens from index {@code firstRow} on, or null
     * @param together how many tokens are computed at a time at most
     */
    private void compute(float @Nullable [][] result, int firstRow, int together) {
        int mutually = positions.mutuallyVisible();
        if (mutually != computedMutually) {
            computed = 0;
            computedMutually = mutually;
        }
        while (computed < positions.length()) {
            int first = computed;
            int tokens = first < mutually ? mutually - first : part(positions.length() - first, together);
            int end = first + tokens;
            boolean last = end == positions.length();
            int firstWanted = result == null ? end : Math.max(first, firstRow);
            forward(first, tokens, Math.max(end - firstWanted, last ? 1 : 0));
            if (last) {
                pass.copyHidden(1, 1, lastHidden);
                stateLength = computed;
            }
            for (int batch = firstWanted; result != null && batch < computed; batch += HEAD_BATCH) {
                int count = Math.min(HEAD_BATCH, computed - batch);
                allLogits(batch, count, result, batch - firstRow);
            }
        }
    }

    /**
     * How many of the tokens that are left are computed next, as equal parts as whole tiles allow: a few tokens at the end would
     * read all weights for little.
     */
    private static int part(int left, int most) {
        int equal = Math.ceilDiv(left, Math.ceilDiv(left, most));
        return Math.min(Math.ceilDiv(equal, TILE) * TILE, Math.min(left, most));
    }

    /** The logits of some of the tokens that were computed last, each into a row of its own. */
    private void allLogits(int position, int count, float[][] result, int firstRow) {
        float[] hidden = new float[count * pass.network().config().hiddenSize()];
        pass.copyHidden(computed - position, count, hidden);
        float[] products = new float[count * vocabularySize()];
        pass.head(hidden, count, products, trace, position);
        for (int token = 0; token < count; token++) {
            System.arraycopy(products, token * vocabularySize(), result[firstRow + token], 0, vocabularySize());
        }
    }

    /** Whether these tokens may be fed. */
    void checkTokens(int[] ids, int from, int to) {
        if (to - from > contextLimit() - length()) {
            throw new IllegalArgumentException("the context holds " + contextLimit() + " tokens: " + (to - from)
                    + " more do not fit after " + length());
        }
        for (int i = from; i < to; i++) {
            if (ids[i] < 0 || ids[i] >= vocabularySize()) {
                throw new IllegalArgumentException(
                        "token id " + ids[i] + " at index " + i + " is not in 0 to " + (vocabularySize() - 1));
            }
        }
    }

    private void forward(int first, int tokens, int kept) {
        cache.reserve(prefixLength + first + tokens);
        pass.begin(tokens);
        for (int index = first; index < first + tokens; index++) {
            addRow(index);
        }
        pass.run(kept, trace, first);
        computed = first + tokens;
    }

    boolean sharesScratchSpaceOf(ForwardPass other) {
        return pass == other;
    }

    /** Adds a token without computing it. */
    void feed(int id) {
        singleId[0] = id;
        positions.append(singleId, 0, 1);
    }

    /** Whether the last token can be computed with others, because all that it needs of this sequence is there. */
    boolean lacksOneToken() {
        return !positions.isOpen()
                && positions.mutuallyVisible() == computedMutually
                && computed == positions.length() - 1;
    }

    /** Computes what was fed, unless what its tokens see may still grow. */
    void computeAlone() {
        computeAlone(chunk);
    }

    private void computeAlone(int together) {
        if (!positions.isOpen()) {
            compute(null, 0, together);
        }
    }

    /** Adds the last token, which was fed and not computed, to the pass. */
    void addNewToken() {
        cache.reserve(prefixLength + length());
        addRow(computed);
    }

    /** Takes over what a pass with {@link #addNewToken} computed for it: row {@code row} of states and logits. */
    void finishStep(int row, float[] states, float[] allLogits) {
        System.arraycopy(states, row * lastHidden.length, lastHidden, 0, lastHidden.length);
        System.arraycopy(allLogits, row * logits.length, logits, 0, logits.length);
        computed++;
        stateLength = computed;
        logitsLength = computed;
    }

    private void addRow(int index) {
        int slot = prefixLength + index;
        pass.add(positions, index, cache, slot, Math.max(slot + 1, prefixLength + computedMutually));
    }

    /**
     * The logits after the last token fed.
     *
     * @return a buffer of this sequence, valid until the next call; the caller may overwrite it
     * @throws IllegalStateException if the last token's state is gone: nothing was fed, or the sequence was cut
     */
    public float[] logits() {
        if (computed < length()) {
            compute(null, 0, chunk);
        }
        if (length() == 0 || length() != stateLength) {
            throw new IllegalStateException("feed a token before asking for logits");
        }
        if (length() != logitsLength) {
            pass.head(lastHidden, 1, logits, trace, length() - 1);
        }
        // The caller may overwrite them.
        logitsLength = 0;
        return logits;
    }

    /**
     * Forgets every token from position {@code newLength} on.
     *
     * @throws IllegalArgumentException if there are fewer tokens than that
     */
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length()) {
            throw new IllegalArgumentException("cannot cut " + length() + " tokens to " + newLength);
        }
        positions.truncate(newLength);
        // Tokens that saw others which are gone now are not what they would be without them.
        computed = newLength < computedMutually ? 0 : Math.min(computed, newLength);
        logitsLength = 0;
        cache.shrink(prefixLength + newLength);
    }
}

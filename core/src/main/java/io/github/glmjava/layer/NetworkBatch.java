package io.github.glmjava.layer;

import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.WorkerTeam;
import java.util.List;

/**
 * Sequences that are decoded together, so that each weight is read once for a token of every one. Sequences may come and
 * go between steps: each step names those that take part. What a sequence computes has the same bits as if it ran alone.
 *
 * <p>The sequences share the scratch space of the batch: a batch and all its sequences are for one thread at a time. A
 * sequence needs no closing; its cache goes with it.
 */
public final class NetworkBatch {
    private final ForwardPass pass;
    private final int chunk;

    /** Which of the step's sequences each row belongs to. */
    private int[] rows = new int[0];

    private float[] hidden = new float[0];
    private float[] logits = hidden;

    /** A batch without sequences, which will be fed at most {@code chunk} tokens at a time. */
    public NetworkBatch(GlmNetwork network, Kernels kernels, WorkerTeam team, int chunk, CacheFormat cacheFormat) {
        pass = new ForwardPass(network, kernels, team, cacheFormat);
        this.chunk = chunk;
    }

    /** An empty sequence; feed it a prompt by {@link NetworkSequence#append}. */
    public NetworkSequence newSequence() {
        return new NetworkSequence(pass, chunk);
    }

    /**
     * Feeds one token to each of some sequences and computes the logits that follow: {@link NetworkSequence#logits} then
     * has them at hand.
     *
     * @param sequences different sequences of this batch
     * @param ids a token for each of them; there may be more ids than sequences
     * @throws IllegalArgumentException if a sequence is not of this batch or is named twice, or cannot take its token (as
     *     {@link NetworkSequence#append}); no sequence is changed then
     */
    public void step(List<NetworkSequence> sequences, int[] ids) {
        check(sequences, ids);
        feed(sequences, ids);
        int count = 0;
        for (int i = 0; i < sequences.size(); i++) {
            if (sequences.get(i).lacksOneToken()) {
                rows[count++] = i;
            } else {
                sequences.get(i).computeAlone();
            }
        }
        if (count > 0) {
            compute(sequences, count);
        }
    }

    private void check(List<NetworkSequence> sequences, int[] ids) {
        if (ids.length < sequences.size()) {
            throw new IllegalArgumentException(sequences.size() + " sequences need as many ids, found " + ids.length);
        }
        for (int i = 0; i < sequences.size(); i++) {
            NetworkSequence sequence = sequences.get(i);
            if (!sequence.sharesScratchSpaceOf(pass)) {
                throw new IllegalArgumentException("sequence " + i + " is not of this batch");
            }
            for (int j = 0; j < i; j++) {
                if (sequences.get(j) == sequence) {
                    throw new IllegalArgumentException("sequence " + i + " is sequence " + j + " too");
                }
            }
            sequence.checkTokens(ids, i, i + 1);
        }
    }

    private void feed(List<NetworkSequence> sequences, int[] ids) {
        if (rows.length < sequences.size()) {
            rows = new int[sequences.size()];
        }
        int fed = 0;
        try {
            for (; fed < sequences.size(); fed++) {
                sequences.get(fed).feed(ids[fed]);
            }
        } catch (IllegalArgumentException e) {
            while (fed-- > 0) {
                sequences.get(fed).truncate(sequences.get(fed).length() - 1);
            }
            throw e;
        }
    }

    /** Computes the new token of the sequences that {@code rows} names, and their logits. */
    private void compute(List<NetworkSequence> sequences, int count) {
        GlmConfig config = pass.network().config();
        if (hidden.length < count * config.hiddenSize()) {
            hidden = new float[count * config.hiddenSize()];
            logits = new float[Math.multiplyExact(count, config.vocabularySize())];
        }
        pass.begin(count);
        for (int i = 0; i < count; i++) {
            sequences.get(rows[i]).addNewToken();
        }
        pass.run(count, null, 0);
        pass.copyHidden(count, count, hidden);
        pass.head(hidden, count, logits, null, 0);
        for (int i = 0; i < count; i++) {
            sequences.get(rows[i]).finishStep(i, hidden, logits);
        }
    }
}

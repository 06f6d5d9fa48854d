package io.github.glmjava;

import io.github.glmjava.generation.TokenSequence;
import io.github.glmjava.layer.NetworkSequence;
import java.util.function.BooleanSupplier;

/** A sequence of a model that may be closed under it: using it then is a clear error. */
final class ModelSequence implements TokenSequence {
    /**
     * So few tokens of a small network are computed one at a time, as in decoding: in a program that has just started, it
     * takes a second to compile the kernels for many tokens, and a hundredth of that to read the weights some more times.
     */
    private static final int FEW_TOKENS = 32;

    private static final long SMALL_NETWORK_BYTES = 64L << 20;

    private final NetworkSequence sequence;
    private final int fewTokens;
    private final BooleanSupplier modelOpen;

    /**
     * @param weightBytes what a token reads
     * @param modelOpen whether the model still is
     */
    ModelSequence(NetworkSequence sequence, long weightBytes, BooleanSupplier modelOpen) {
        this.sequence = sequence;
        fewTokens = weightBytes <= SMALL_NETWORK_BYTES ? FEW_TOKENS : 0;
        this.modelOpen = modelOpen;
    }

    @Override
    public int length() {
        return sequence.length();
    }

    @Override
    public int contextLimit() {
        return sequence.contextLimit();
    }

    @Override
    public int vocabularySize() {
        return sequence.vocabularySize();
    }

    @Override
    public void append(int[] ids, int from, int to) {
        checkOpen();
        if (to - from <= fewTokens) {
            sequence.appendSingly(ids, from, to);
        } else {
            sequence.append(ids, from, to);
        }
    }

    @Override
    public float[] logits() {
        checkOpen();
        return sequence.logits();
    }

    private void checkOpen() {
        if (!modelOpen.getAsBoolean()) {
            throw new IllegalStateException("the model is closed");
        }
    }

    @Override
    public void truncate(int length) {
        sequence.truncate(length);
    }

    /** Nothing to free: its memory is the heap's. */
    @Override
    public void close() {}
}

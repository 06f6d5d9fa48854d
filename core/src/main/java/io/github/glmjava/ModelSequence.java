package io.github.glmjava;

import io.github.glmjava.generation.TokenSequence;
import io.github.glmjava.layer.NetworkSequence;
import java.util.function.BooleanSupplier;

/** A sequence of a model that may be closed under it: using it then is a clear error. */
final class ModelSequence implements TokenSequence {
    private final NetworkSequence sequence;
    private final BooleanSupplier modelOpen;

    ModelSequence(NetworkSequence sequence, BooleanSupplier modelOpen) {
        this.sequence = sequence;
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
        sequence.append(ids, from, to);
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

package io.github.glmjava.weights;

import java.util.Map;

/**
 * Named tensors of a model folder or a single file, whatever the storage. Immutable and safe for use by many threads;
 * {@link #close} unmaps the files, after which no tensor's bytes may be touched.
 */
public interface Checkpoint extends AutoCloseable {
    /** All tensors by name, in the order of the files. */
    Map<String, StoredTensor> tensors();

    /** The free-form {@code __metadata__} of the files; empty when there is none. */
    Map<String, String> metadata();

    @Override
    void close();
}

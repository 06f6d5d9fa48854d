package io.github.glmjava.weights;

import java.util.Map;

/**
 * What a checkpoint file, or several together, hold.
 *
 * @param tensors by name, in the order of the file
 * @param metadata free-form notes of the file; empty for a format that has none
 */
record FileContents(Map<String, StoredTensor> tensors, Map<String, String> metadata) {}

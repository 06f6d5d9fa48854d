/** Checkpoint files as named, typed, memory-mapped tensors. */
module io.github.glmjava.weights {
    requires tools.jackson.core;
    requires static transitive org.jspecify;

    exports io.github.glmjava.weights;
}

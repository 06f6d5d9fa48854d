package io.github.glmjava.tensor;

/** A weight matrix in its storage format. */
public interface Matrix {
    /** The number of output features. */
    int rows();

    /** The number of input features. */
    int columns();
}

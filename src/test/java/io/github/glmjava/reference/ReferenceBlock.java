package io.github.glmjava.reference;

import org.ojalgo.matrix.MatrixR064;

/** One transformer layer: from its input to its output, one row a token. */
@FunctionalInterface
interface ReferenceBlock {
    /** What goes on to the next layer. */
    MatrixR064 forward(MatrixR064 x, Placement placement);
}

/** Tests of the checkpoint files: malformed ones are bytes written by hand, well-formed ones come from the writers. */
@NullMarked
package io.github.glmjava.weights;

import org.jspecify.annotations.NullMarked;

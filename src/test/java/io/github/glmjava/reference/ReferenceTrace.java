package io.github.glmjava.reference;

import java.util.List;
import org.ojalgo.matrix.MatrixR064;

/**
 * Everything a forward pass came by; each matrix has one row a token.
 *
 * @param embeddings what enters the first layer, [sequence][hidden]
 * @param hidden the output of each layer, in order, before any final norm, each [sequence][hidden]
 * @param finalNorm what enters the output head, [sequence][hidden]
 * @param logits the unnormalised log-probabilities of the next token, [sequence][vocabulary]
 */
public record ReferenceTrace(MatrixR064 embeddings, List<MatrixR064> hidden, MatrixR064 finalNorm, MatrixR064 logits) {
    /** Copies the list. */
    public ReferenceTrace {
        hidden = List.copyOf(hidden);
    }
}

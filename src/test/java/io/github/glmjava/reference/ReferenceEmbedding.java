package io.github.glmjava.reference;

import org.ojalgo.matrix.MatrixR064;

/** What enters the first layer, one row a token. */
interface ReferenceEmbedding {
    /** The embeddings of tokens in their places. */
    MatrixR064 embed(int[] ids, Placement placement);

    /** The rows of a table, whatever the places. */
    static ReferenceEmbedding rowsOf(MatrixR064 table) {
        return (ids, placement) ->
                Matrices.of(ids.length, table.getColDim(), (token, i) -> table.doubleValue(ids[token], i));
    }
}

package io.github.glmjava.reference;

import org.ojalgo.matrix.MatrixR064;

/**
 * One transformer layer: attention, then the feed-forward network, each behind a norm and added to what came in.
 *
 * <p>Source: Xiong et al., "On Layer Normalization in the Transformer Architecture" (2020), the pre-norm arrangement;
 * {@code GLMBlock.forward} of ChatGLM2's {@code modeling_chatglm.py}.
 */
final class ReferenceLayer implements ReferenceBlock {
    private final ReferenceConfig config;
    private final double[] attentionNorm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear attentionOutput;
    private final double[] feedForwardNorm;
    private final Linear gate;
    private final Linear up;
    private final Linear down;

    ReferenceLayer(
            ReferenceConfig config,
            double[] attentionNorm,
            Linear query,
            Linear key,
            Linear value,
            Linear attentionOutput,
            double[] feedForwardNorm,
            Linear gate,
            Linear up,
            Linear down) {
        this.config = config;
        this.attentionNorm = attentionNorm;
        this.query = query;
        this.key = key;
        this.value = value;
        this.attentionOutput = attentionOutput;
        this.feedForwardNorm = feedForwardNorm;
        this.gate = gate;
        this.up = up;
        this.down = down;
    }

    /** x' = x + Attention(Norm(x)); x'' = x' + FeedForward(Norm(x')). */
    @Override
    public MatrixR064 forward(MatrixR064 x, Placement placement) {
        MatrixR064 afterAttention = x.add(attention(normalize(x, attentionNorm)));
        return afterAttention.add(feedForward(normalize(afterAttention, feedForwardNorm)));
    }

    private MatrixR064 normalize(MatrixR064 x, double[] gain) {
        return Matrices.mapRows(x, token -> Normalization.rmsNorm(token, gain, config.normEpsilon()));
    }

    private MatrixR064 attention(MatrixR064 x) {
        MatrixR064 heads = Attention.grouped(
                rotate(query.apply(x)),
                rotate(key.apply(x)),
                value.apply(x),
                config.heads(),
                config.groups(),
                Attention.Mask.CAUSAL);
        return attentionOutput.apply(heads);
    }

    /** Turns each head of each token by the token's position, which is its index. */
    private MatrixR064 rotate(MatrixR064 heads) {
        double[][] rotated = new double[heads.getRowDim()][heads.getColDim()];
        int headSize = config.headSize();
        for (int position = 0; position < rotated.length; position++) {
            for (int start = 0; start < heads.getColDim(); start += headSize) {
                double[] head = Matrices.row(Matrices.columns(heads, start, headSize), position);
                System.arraycopy(config.rotary().rotate(head, position), 0, rotated[position], start, headSize);
            }
        }
        return Matrices.ofRows(rotated);
    }

    /** W_down SwiGLU(W_gate x, W_up x). */
    private MatrixR064 feedForward(MatrixR064 x) {
        MatrixR064 gates = gate.apply(x);
        MatrixR064 ups = up.apply(x);
        double[][] inner = new double[x.getRowDim()][];
        for (int token = 0; token < inner.length; token++) {
            inner[token] = Activation.swiGlu(Matrices.row(gates, token), Matrices.row(ups, token));
        }
        return down.apply(Matrices.ofRows(inner));
    }
}

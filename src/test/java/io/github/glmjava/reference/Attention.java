package io.github.glmjava.reference;

import org.ojalgo.matrix.MatrixR064;

/** Scaled dot-product attention. */
public final class Attention {
    private Attention() {}

    /** Says which keys a query may look at. */
    @FunctionalInterface
    public interface Mask {
        /** Every token sees itself and what came before it. */
        Mask CAUSAL = (query, key) -> key <= query;

        /** Whether the token at index {@code query} sees the one at index {@code key}. */
        boolean sees(int query, int key);
    }

    /**
     * softmax(x)_i = e^x_i / sum_j e^x_j, computed on x - max(x), which is the same and cannot overflow. An element of
     * minus infinity gets the probability zero; at least one must be finite.
     */
    public static double[] softmax(double[] x) {
        double maximum = Double.NEGATIVE_INFINITY;
        for (double value : x) {
            maximum = Math.max(maximum, value);
        }
        double sum = 0;
        double[] probabilities = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            probabilities[i] = Math.exp(x[i] - maximum);
            sum += probabilities[i];
        }
        for (int i = 0; i < x.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /**
     * One head: softmax(Q K^T / sqrt(d) + M) V with M = 0 where the mask lets a query see a key and minus infinity
     * elsewhere.
     *
     * <p>Source: Vaswani et al., "Attention Is All You Need" (2017), equation 1 and section 3.2.3.
     *
     * @param query Q, one row a query, d columns
     * @param key K, one row a key, d columns
     * @param value V, one row a key
     */
    public static MatrixR064 attend(MatrixR064 query, MatrixR064 key, MatrixR064 value, Mask mask) {
        MatrixR064 products = query.multiply(key.transpose());
        double scale = Math.sqrt(query.getColDim());
        MatrixR064 scores = Matrices.of(
                products.getRowDim(),
                products.getColDim(),
                (i, j) -> mask.sees(i, j) ? products.doubleValue(i, j) / scale : Double.NEGATIVE_INFINITY);
        return Matrices.mapRows(scores, Attention::softmax).multiply(value);
    }

    /**
     * All heads side by side, where consecutive query heads share one key and value head: of n query heads and g key
     * heads, query head h uses key head floor(h / (n / g)).
     *
     * <p>Source: Ainslie et al., "GQA" (2023), section 2.2. With g = n it is multi-head attention, with g = 1
     * multi-query attention.
     *
     * @param query heads x headSize columns
     * @param key groups x headSize columns
     * @param value groups x headSize columns
     * @return heads x headSize columns
     */
    public static MatrixR064 grouped(
            MatrixR064 query, MatrixR064 key, MatrixR064 value, int heads, int groups, Mask mask) {
        int headSize = query.getColDim() / heads;
        MatrixR064[] outputs = new MatrixR064[heads];
        for (int head = 0; head < heads; head++) {
            int group = head / (heads / groups);
            outputs[head] = attend(
                    Matrices.columns(query, head * headSize, headSize),
                    Matrices.columns(key, group * headSize, headSize),
                    Matrices.columns(value, group * headSize, headSize),
                    mask);
        }
        return Matrices.of(
                query.getRowDim(),
                query.getColDim(),
                (token, column) -> outputs[column / headSize].doubleValue(token, column % headSize));
    }
}

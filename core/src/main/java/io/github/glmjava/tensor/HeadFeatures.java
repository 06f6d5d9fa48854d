package io.github.glmjava.tensor;

/** Where the features of each head of each token are in an array. Used again and again; not safe for several threads. */
public final class HeadFeatures {
    float[] values = new float[0];
    private final int tokenStride;
    private final int headStride;

    /**
     * @param tokenStride the distance of two tokens
     * @param headStride the distance of two heads of one token
     */
    public HeadFeatures(int tokenStride, int headStride) {
        this.tokenStride = tokenStride;
        this.headStride = headStride;
    }

    /** The same places in this array. */
    public HeadFeatures in(float[] array) {
        values = array;
        return this;
    }

    int offset(int token, int head) {
        return token * tokenStride + head * headStride;
    }
}

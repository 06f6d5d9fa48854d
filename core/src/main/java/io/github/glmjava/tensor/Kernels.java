package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;

/**
 * The arithmetic of the engine. One implementation uses the Vector API, one plain Java; {@link KernelProvider} chooses.
 * Implementations hold no state and are safe for use by many threads. Every operation gives the same bits on every run
 * with the same implementation and vector width.
 */
public interface Kernels {
    /** What runs, for logs: for instance {@code "Vector API, 512 bits"}. */
    String description();

    /**
     * Wraps stored weights.
     *
     * @param data {@code rows * columns} little-endian elements, row-major
     */
    Matrix matrix(MatrixFormat format, MemorySegment data, int rows, int columns);

    /**
     * Root mean square layer normalisation (Zhang and Sennrich 2019): {@code y_i = w_i * x_i / sqrt(mean(x^2) + epsilon)}.
     *
     * @param weight one factor per feature; its length is the number of features
     */
    void rmsNorm(float[] input, int inputOffset, float[] weight, float epsilon, float[] output, int outputOffset);

    /**
     * Layer normalisation (Ba et al. 2016): {@code y_i = w_i * (x_i - mean(x)) / sqrt(variance(x) + epsilon) + b_i}.
     *
     * @param weight one factor per feature; its length is the number of features
     * @param bias one addend per feature
     */
    void layerNorm(
            float[] input,
            int inputOffset,
            float[] weight,
            float[] bias,
            float epsilon,
            float[] output,
            int outputOffset);

    /** {@code target[i] += addend[i]} over {@code count} elements: residual connections and biases. */
    void add(float[] target, int targetOffset, float[] addend, int addendOffset, int count);

    /**
     * The gated activation SwiGLU (Shazeer 2020): {@code y_i = silu(gate_i) * up_i} with {@code silu(x) = x / (1 + e^-x)}.
     *
     * @param gateAndUp {@code width} gates, then {@code width} ups, from {@code offset} on
     * @param output receives {@code width} floats
     */
    void swiGlu(float[] gateAndUp, int offset, int width, float[] output, int outputOffset);

    /**
     * The Gaussian error linear unit (Hendrycks and Gimpel 2016) in place: {@code x * (1 + erf(x / sqrt(2))) / 2}, to
     * about 1e-7.
     */
    void gelu(float[] values, int offset, int count);

    /** Its approximation {@code x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2}, in place. */
    void geluByTanh(float[] values, int offset, int count);

    /**
     * Rotary position embedding of pairs {@code (x_i, x_(dims / 2 + i))}, in place; otherwise as {@link #rotatePairs}.
     *
     * @param cosines the angles' cosines twice: {@code c_0 c_1 ... c_0 c_1 ...}
     * @param sines the angles' sines twice, first negated: {@code -s_0 -s_1 ... s_0 s_1 ...}
     */
    void rotateHalves(float[] values, int offset, float[] cosines, float[] sines, int tableOffset, int dims);

    /**
     * Rotary position embedding (Su et al. 2021) of interleaved pairs: {@code (x_2i, x_2i+1)} turns by angle i.
     *
     * @param values receives the rotation in place; {@code dims} elements from {@code offset} on
     * @param cosines each angle's cosine twice: {@code c_0 c_0 c_1 c_1 ...}
     * @param sines each angle's sine with its pair's signs: {@code -s_0 s_0 -s_1 s_1 ...}
     * @param tableOffset where this position's {@code dims} cosines and sines begin
     * @param dims the rotated elements, an even number
     */
    void rotatePairs(float[] values, int offset, float[] cosines, float[] sines, int tableOffset, int dims);

    /** An empty page of a key-value cache, for this many groups. */
    KeyValuePage page(CacheFormat format, int groups, int keySize, int valueSize);

    /**
     * Lets the query rows of a tile attend to one page of keys and values, by the online softmax (Milakov and Gimelshein
     * 2018; Dao et al. 2022): the tile's {@link AttentionTile#state} is updated.
     *
     * @param tile the rows, of which row r sees the first {@code visible[r]} positions of the page
     * @param group which of the page's groups the rows read
     */
    void attend(AttentionTile tile, KeyValuePage page, int group);

    /**
     * Merges what a row has seen in one part of the context into what it has seen of those before.
     *
     * @param total updated
     * @param part of which row {@code partRow} has seen something
     */
    void merge(AttentionState total, int row, AttentionState part, int partRow);
}

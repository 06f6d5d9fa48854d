package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;

/** The kernels in plain Java: the fallback, and the plainest statement of what the vector kernels compute. */
final class ScalarKernels implements Kernels {
    @Override
    public String description() {
        return "plain Java kernels";
    }

    @Override
    public Matrix matrix(MatrixFormat format, MemorySegment data, int rows, int columns) {
        return new ScalarMatrix(format, data, rows, columns);
    }

    @Override
    public void rmsNorm(
            float[] input, int inputOffset, float[] weight, float epsilon, float[] output, int outputOffset) {
        float squares = 0;
        for (int i = 0; i < weight.length; i++) {
            squares += input[inputOffset + i] * input[inputOffset + i];
        }
        float scale = (float) (1 / Math.sqrt(squares / weight.length + epsilon));
        for (int i = 0; i < weight.length; i++) {
            output[outputOffset + i] = weight[i] * (input[inputOffset + i] * scale);
        }
    }

    @Override
    public void layerNorm(
            float[] input,
            int inputOffset,
            float[] weight,
            float[] bias,
            float epsilon,
            float[] output,
            int outputOffset) {
        int size = weight.length;
        float sum = 0;
        for (int i = inputOffset; i < inputOffset + size; i++) {
            sum += input[i];
        }
        float mean = sum / size;
        float squares = 0;
        for (int i = inputOffset; i < inputOffset + size; i++) {
            squares += (input[i] - mean) * (input[i] - mean);
        }
        float scale = (float) (1 / Math.sqrt(squares / size + epsilon));
        for (int i = 0; i < size; i++) {
            output[outputOffset + i] = (input[inputOffset + i] - mean) * scale * weight[i] + bias[i];
        }
    }

    @Override
    public void gelu(float[] values, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            values[i] = Gelu.exact(values[i]);
        }
    }

    @Override
    public void geluByTanh(float[] values, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            values[i] = Gelu.byTanh(values[i]);
        }
    }

    @Override
    public void rotateHalves(float[] values, int offset, float[] cosines, float[] sines, int tableOffset, int dims) {
        int half = dims / 2;
        for (int i = 0; i < half; i++) {
            float first = values[offset + i];
            float second = values[offset + half + i];
            values[offset + i] = first * cosines[tableOffset + i] + second * sines[tableOffset + i];
            values[offset + half + i] =
                    second * cosines[tableOffset + half + i] + first * sines[tableOffset + half + i];
        }
    }

    @Override
    public void add(float[] target, int targetOffset, float[] addend, int addendOffset, int count) {
        for (int i = 0; i < count; i++) {
            target[targetOffset + i] += addend[addendOffset + i];
        }
    }

    @Override
    public void swiGlu(float[] gateAndUp, int offset, int width, float[] output, int outputOffset) {
        for (int i = 0; i < width; i++) {
            float gate = gateAndUp[offset + i];
            output[outputOffset + i] = gate / (1 + exp(-gate)) * gateAndUp[offset + width + i];
        }
    }

    @Override
    public void rotatePairs(float[] values, int offset, float[] cosines, float[] sines, int tableOffset, int dims) {
        for (int i = 0; i < dims; i += 2) {
            float even = values[offset + i];
            float odd = values[offset + i + 1];
            values[offset + i] = even * cosines[tableOffset + i] + odd * sines[tableOffset + i];
            values[offset + i + 1] = odd * cosines[tableOffset + i + 1] + even * sines[tableOffset + i + 1];
        }
    }

    @Override
    public KeyValuePage page(CacheFormat format, int groups, int keySize, int valueSize) {
        return switch (format) {
            case F32 -> new F32Page(AttentionTile.PADDING, groups, keySize, valueSize);
            case BF16 -> new BF16Page(AttentionTile.PADDING, groups, keySize, valueSize);
            case Q8 -> new Q8Page(AttentionTile.PADDING, groups, keySize, valueSize, 0);
        };
    }

    @Override
    public void attend(AttentionTile tile, KeyValuePage page, int group) {
        ScalarAttention.score(tile, page, group);
        for (int row = 0; row < tile.rows(); row++) {
            if (tile.visible[row] > 0) {
                ScalarAttention.softmax(tile, row);
            }
        }
        ScalarAttention.addValues(tile, page, group);
    }

    @Override
    public void merge(AttentionState total, int row, AttentionState part, int partRow) {
        ScalarAttention.merge(total, row, part, partRow);
    }

    private static float exp(float x) {
        return (float) Math.exp(x);
    }
}

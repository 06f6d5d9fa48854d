package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The kernels on the Vector API. */
final class VectorKernels implements Kernels {
    @Override
    public String description() {
        return "Vector API, " + Lanes.FLOATS.vectorBitSize() + " bits";
    }

    @Override
    public Matrix matrix(MatrixFormat format, MemorySegment stored, int rows, int columns) {
        MemorySegment data = AllMemory.reachable(stored);
        return switch (format) {
            case F32 -> new VectorF32Matrix(data, rows, columns);
            case F16 -> new VectorF16Matrix(data, rows, columns);
            case BF16 -> new VectorBF16Matrix(data, rows, columns);
            case I8, I4 -> new VectorIntegerMatrix(format, data, rows, columns);
            case Q8 -> new VectorQ8Matrix(data, rows, columns);
            case Q4 -> new VectorQ4Matrix(data, rows, columns);
        };
    }

    @Override
    public void rmsNorm(
            float[] input, int inputOffset, float[] weight, float epsilon, float[] output, int outputOffset) {
        int end = Lanes.FLOATS.loopBound(weight.length);
        FloatVector squares = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, input, inputOffset + i);
            squares = x.fma(x, squares);
        }
        float sum = Lanes.sum(squares);
        for (int i = end; i < weight.length; i++) {
            sum += input[inputOffset + i] * input[inputOffset + i];
        }
        float scale = (float) (1 / Math.sqrt(sum / weight.length + epsilon));
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, input, inputOffset + i)
                    .mul(scale)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, weight, i))
                    .intoArray(output, outputOffset + i);
        }
        for (int i = end; i < weight.length; i++) {
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
        int end = Lanes.FLOATS.loopBound(size);
        float mean = sumOfPowers(input, inputOffset, size, 0, false) / size;
        float variance = sumOfPowers(input, inputOffset, size, mean, true) / size;
        float scale = (float) (1 / Math.sqrt(variance + epsilon));
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, input, inputOffset + i)
                    .sub(mean)
                    .mul(scale)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, weight, i))
                    .add(FloatVector.fromArray(Lanes.FLOATS, bias, i))
                    .intoArray(output, outputOffset + i);
        }
        for (int i = end; i < size; i++) {
            output[outputOffset + i] = (input[inputOffset + i] - mean) * scale * weight[i] + bias[i];
        }
    }

    /** The sum of {@code x - center}, or of its squares. */
    private static float sumOfPowers(float[] input, int offset, int size, float center, boolean squared) {
        int end = Lanes.FLOATS.loopBound(size);
        FloatVector sums = FloatVector.zero(Lanes.FLOATS);
        for (int i = offset; i < offset + end; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, input, i).sub(center);
            sums = squared ? x.fma(x, sums) : sums.add(x);
        }
        float sum = Lanes.sum(sums);
        for (int i = offset + end; i < offset + size; i++) {
            float x = input[i] - center;
            sum += squared ? x * x : x;
        }
        return sum;
    }

    @Override
    public void gelu(float[] values, int offset, int count) {
        VectorGelu.exact(values, offset, count);
    }

    @Override
    public void geluByTanh(float[] values, int offset, int count) {
        VectorGelu.byTanh(values, offset, count);
    }

    @Override
    public void rotateHalves(float[] values, int offset, float[] cosines, float[] sines, int tableOffset, int dims) {
        int half = dims / 2;
        int end = Lanes.FLOATS.loopBound(half);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector first = FloatVector.fromArray(Lanes.FLOATS, values, offset + i);
            FloatVector second = FloatVector.fromArray(Lanes.FLOATS, values, offset + half + i);
            FloatVector cosine = FloatVector.fromArray(Lanes.FLOATS, cosines, tableOffset + i);
            FloatVector sine = FloatVector.fromArray(Lanes.FLOATS, sines, tableOffset + half + i);
            first.mul(cosine).sub(second.mul(sine)).intoArray(values, offset + i);
            second.mul(cosine).add(first.mul(sine)).intoArray(values, offset + half + i);
        }
        for (int i = end; i < half; i++) {
            float first = values[offset + i];
            float second = values[offset + half + i];
            float cosine = cosines[tableOffset + i];
            float sine = sines[tableOffset + half + i];
            values[offset + i] = first * cosine - second * sine;
            values[offset + half + i] = second * cosine + first * sine;
        }
    }

    @Override
    public void add(float[] target, int targetOffset, float[] addend, int addendOffset, int count) {
        int end = Lanes.FLOATS.loopBound(count);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, target, targetOffset + i)
                    .add(FloatVector.fromArray(Lanes.FLOATS, addend, addendOffset + i))
                    .intoArray(target, targetOffset + i);
        }
        for (int i = end; i < count; i++) {
            target[targetOffset + i] += addend[addendOffset + i];
        }
    }

    @Override
    public void swiGlu(float[] gateAndUp, int offset, int width, float[] output, int outputOffset) {
        int end = Lanes.FLOATS.loopBound(width);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector gate = FloatVector.fromArray(Lanes.FLOATS, gateAndUp, offset + i);
            FloatVector up = FloatVector.fromArray(Lanes.FLOATS, gateAndUp, offset + width + i);
            gate.div(Lanes.exp(gate.neg()).add(1f)).mul(up).intoArray(output, outputOffset + i);
        }
        for (int i = end; i < width; i++) {
            float gate = gateAndUp[offset + i];
            float sigmoid = 1 / (1 + (float) StrictMath.exp(-gate));
            output[outputOffset + i] = gate * sigmoid * gateAndUp[offset + width + i];
        }
    }

    @Override
    public void rotatePairs(float[] values, int offset, float[] cosines, float[] sines, int tableOffset, int dims) {
        int end = Lanes.FLOATS.loopBound(dims);
        for (int i = 0; i < end; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, values, offset + i);
            FloatVector cosine = FloatVector.fromArray(Lanes.FLOATS, cosines, tableOffset + i);
            FloatVector sine = FloatVector.fromArray(Lanes.FLOATS, sines, tableOffset + i);
            x.mul(cosine).add(x.rearrange(Lanes.BY_1).mul(sine)).intoArray(values, offset + i);
        }
        for (int i = end; i < dims; i += 2) {
            float even = values[offset + i];
            float odd = values[offset + i + 1];
            values[offset + i] = even * cosines[tableOffset + i] + odd * sines[tableOffset + i];
            values[offset + i + 1] = odd * cosines[tableOffset + i + 1] + even * sines[tableOffset + i + 1];
        }
    }

    @Override
    public KeyValuePage page(CacheFormat format, int groups, int keySize, int valueSize) {
        return switch (format) {
            case F32 -> new VectorF32Page(groups, keySize, valueSize);
            case BF16 -> new VectorBF16Page(groups, keySize, valueSize);
            case Q8 -> new VectorQ8Page(groups, keySize, valueSize);
        };
    }

    @Override
    public void attend(AttentionTile tile, KeyValuePage page, int group) {
        VectorAttention.score(tile, page, group);
        for (int row = 0; row < tile.rows(); row++) {
            if (tile.visible[row] > 0) {
                VectorAttention.softmax(tile, row);
            }
        }
        VectorAttention.addValues(tile, page, group);
    }

    @Override
    public void merge(AttentionState total, int row, AttentionState part, int partRow) {
        VectorAttention.merge(total, row, part, partRow);
    }
}

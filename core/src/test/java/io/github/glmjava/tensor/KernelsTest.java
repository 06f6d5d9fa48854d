package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Element-wise and attention kernels of both kinds against their formulas in double precision. */
class KernelsTest {
    static Kernels[] kernels() {
        return new Kernels[] {new ScalarKernels(), KernelProvider.kernels()};
    }

    @Test
    void vectorKernelsAreWhatIsTested() {
        assertTrue(KernelProvider.kernels().description().startsWith("Vector API"));
        int asked = Integer.getInteger("glmjava.vectorBits", Lanes.FLOATS.vectorBitSize());
        assertEquals(asked, Lanes.FLOATS.vectorBitSize());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void rmsNorm(Kernels kernels) {
        Random random = new Random(3);
        for (int size : new int[] {1, 7, 16, 33, 100}) {
            float[] input = MatrixTest.gaussians(random, size + 2);
            float[] weight = MatrixTest.gaussians(random, size);
            float[] output = new float[size + 3];
            kernels.rmsNorm(input, 2, weight, 1e-5f, output, 3);
            double squares = 0;
            for (int i = 0; i < size; i++) {
                squares += (double) input[2 + i] * input[2 + i];
            }
            for (int i = 0; i < size; i++) {
                assertEquals(weight[i] * input[2 + i] / Math.sqrt(squares / size + 1e-5), output[3 + i], 1e-5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void swiGlu(Kernels kernels) {
        Random random = new Random(4);
        for (int width : new int[] {1, 16, 37, 96}) {
            float[] gateAndUp = MatrixTest.gaussians(random, 2 * width + 1);
            gateAndUp[1] = -200;
            gateAndUp[width] = 200;
            float[] output = new float[width];
            kernels.swiGlu(gateAndUp, 1, width, output, 0);
            for (int i = 0; i < width; i++) {
                double gate = gateAndUp[1 + i];
                double expected = gate / (1 + Math.exp(-gate)) * gateAndUp[1 + width + i];
                assertEquals(expected, output[i], 1e-6 * Math.max(1, Math.abs(expected)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void add(Kernels kernels) {
        float[] target = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
        float[] expected = target.clone();
        float[] addend = MatrixTest.gaussians(new Random(5), 40);
        kernels.add(target, 1, addend, 20, 17);
        for (int i = 1; i < 18; i++) {
            expected[i] += addend[19 + i];
        }
        assertArrayEquals(expected, target);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void rotatePairs(Kernels kernels) {
        for (int dims : new int[] {2, 6, 16, 34}) {
            float[] values = MatrixTest.gaussians(new Random(6), dims + 5);
            float[] before = values.clone();
            float[] cosines = new float[dims];
            float[] sines = new float[dims];
            for (int i = 0; i < dims; i++) {
                cosines[i] = (float) Math.cos((i >> 1) + 0.5);
                sines[i] = (float) Math.sin((i >> 1) + 0.5) * (i % 2 == 0 ? -1 : 1);
            }
            kernels.rotatePairs(values, 3, cosines, sines, 0, dims);
            for (int i = 0; i < dims; i += 2) {
                double angle = (i >> 1) + 0.5;
                double even = before[3 + i];
                double odd = before[4 + i];
                assertEquals(even * Math.cos(angle) - odd * Math.sin(angle), values[3 + i], 1e-6);
                assertEquals(odd * Math.cos(angle) + even * Math.sin(angle), values[4 + i], 1e-6);
            }
            assertEquals(before[2], values[2]);
            assertEquals(before[3 + dims], values[3 + dims]);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void layerNorm(Kernels kernels) {
        Random random = new Random(13);
        for (int size : new int[] {2, 7, 16, 33, 100}) {
            float[] input = MatrixTest.gaussians(random, size + 2);
            float[] weight = MatrixTest.gaussians(random, size);
            float[] bias = MatrixTest.gaussians(random, size);
            float[] output = new float[size + 3];
            kernels.layerNorm(input, 2, weight, bias, 1e-5f, output, 3);
            double mean = 0;
            for (int i = 0; i < size; i++) {
                mean += (double) input[2 + i] / size;
            }
            double variance = 0;
            for (int i = 0; i < size; i++) {
                variance += (input[2 + i] - mean) * (input[2 + i] - mean) / size;
            }
            for (int i = 0; i < size; i++) {
                double expected = weight[i] * (input[2 + i] - mean) / Math.sqrt(variance + 1e-5) + bias[i];
                assertEquals(expected, output[3 + i], 1e-5);
            }
        }
    }

    /** Against the error function by its series, which converges everywhere. */
    @ParameterizedTest
    @MethodSource("kernels")
    void gelu(Kernels kernels) {
        int count = 801;
        float[] values = new float[count + 2];
        float[] byTanh = new float[count + 2];
        for (int i = 0; i < count; i++) {
            values[1 + i] = (i - 400) / 100f;
            byTanh[1 + i] = values[1 + i];
        }
        kernels.gelu(values, 1, count);
        kernels.geluByTanh(byTanh, 1, count);
        for (int i = 0; i < count; i++) {
            double x = (i - 400) / 100f;
            assertEquals(x * (1 + errorFunction(x / Math.sqrt(2))) / 2, values[1 + i], 4e-7, "gelu of " + x);
            double inner = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
            assertEquals(x * (1 + Math.tanh(inner)) / 2, byTanh[1 + i], 4e-7, "gelu by tanh of " + x);
        }
        float[] far = {-200, 200, -200, 200, -200, 200, -200, 200, -200, 200, -200, 200, -200, 200, -200, 200, 200};
        kernels.gelu(far, 0, far.length);
        kernels.geluByTanh(far, 0, far.length);
        for (int i = 0; i < far.length; i++) {
            assertEquals(i % 2 == 0 && i < 16 ? 0 : 200, far[i], 1e-6);
        }
    }

    private static double errorFunction(double z) {
        double term = z;
        double sum = z;
        for (int n = 1; n < 120; n++) {
            term *= -z * z / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void rotateHalves(Kernels kernels) {
        for (int dims : new int[] {2, 6, 16, 34}) {
            int half = dims / 2;
            float[] values = MatrixTest.gaussians(new Random(6), dims + 5);
            float[] before = values.clone();
            float[] cosines = new float[dims];
            float[] sines = new float[dims];
            for (int i = 0; i < dims; i++) {
                cosines[i] = (float) Math.cos(i % half + 0.5);
                sines[i] = (float) Math.sin(i % half + 0.5) * (i < half ? -1 : 1);
            }
            kernels.rotateHalves(values, 3, cosines, sines, 0, dims);
            for (int i = 0; i < half; i++) {
                double angle = i + 0.5;
                double first = before[3 + i];
                double second = before[3 + half + i];
                assertEquals(first * Math.cos(angle) - second * Math.sin(angle), values[3 + i], 1e-6);
                assertEquals(second * Math.cos(angle) + first * Math.sin(angle), values[3 + half + i], 1e-6);
            }
            assertEquals(before[2], values[2]);
            assertEquals(before[3 + dims], values[3 + dims]);
        }
    }

    @Test
    void exponentialIsAccurateAndSafeAtTheEnds() {
        for (float x = -87.3f; x < 88.3f; x += 0.0137f) {
            float result = Lanes.exp(FloatVector.broadcast(Lanes.FLOATS, x)).lane(0);
            assertEquals(1, result / Math.exp(x), 3e-7);
        }
        assertEquals(
                0,
                Lanes.exp(FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY))
                        .lane(0));
        assertTrue(Float.isFinite(
                Lanes.exp(FloatVector.broadcast(Lanes.FLOATS, 1e30f)).lane(0)));
        assertTrue(Float.isNaN(
                Lanes.exp(FloatVector.broadcast(Lanes.FLOATS, Float.NaN)).lane(0)));
    }

    @Test
    void sumOfLanesIsAFixedTree() {
        float[] values = MatrixTest.gaussians(new Random(8), Lanes.COUNT);
        float[] tree = values.clone();
        for (int distance = Lanes.COUNT / 2; distance > 0; distance /= 2) {
            for (int i = 0; i < distance; i++) {
                tree[i] += tree[i + distance];
            }
        }
        assertEquals(tree[0], Lanes.sum(FloatVector.fromArray(Lanes.FLOATS, values, 0)));
    }

    @Test
    void exponentialsOfOneNumberAndOfLanesAgreeToTheBit() {
        Random random = new Random(9);
        for (int i = 0; i < 20_000; i++) {
            float x = i % 100 == 0 ? Float.NEGATIVE_INFINITY : random.nextFloat() * 200 - 110;
            float ofLane = Lanes.exp(FloatVector.broadcast(Lanes.FLOATS, x)).lane(0);
            assertEquals(Float.floatToRawIntBits(ofLane), Float.floatToRawIntBits(Lanes.exp(x)));
        }
    }
}

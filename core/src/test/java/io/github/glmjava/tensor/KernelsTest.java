package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
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
    void attendOverSeveralPages(Kernels kernels) {
        Random random = new Random(7);
        for (int headSize : new int[] {4, 12, 16, 20, 64}) {
            for (int rows : new int[] {1, 3, 4, 9}) {
                checkAttention(kernels, random, headSize, rows);
            }
        }
    }

    private static void checkAttention(Kernels kernels, Random random, int headSize, int rows) {
        int page = AttentionTile.PAGE;
        int pages = 3;
        int padded = AttentionTile.padded(headSize);
        float[][] keys = new float[pages][];
        float[][] values = new float[pages][];
        for (int i = 0; i < pages; i++) {
            keys[i] = MatrixTest.gaussians(random, headSize * page);
            values[i] = MatrixTest.gaussians(random, padded * page);
        }
        float[] queries = MatrixTest.gaussians(random, rows * headSize);
        int[] seen = new int[rows];
        AttentionTile tile = new AttentionTile(rows, headSize);
        tile.begin(rows);
        for (int row = 0; row < rows; row++) {
            seen[row] = 1 + random.nextInt(pages * page);
            tile.query(row, queries, row * headSize, 0.25f);
        }
        for (int i = 0; i < pages; i++) {
            for (int row = 0; row < rows; row++) {
                tile.see(row, Math.clamp(seen[row] - i * page, 0, page));
            }
            kernels.attend(tile, keys[i], 0, values[i], 0);
        }
        for (int row = 0; row < rows; row++) {
            float[] output = new float[headSize];
            tile.finish(row, output, 0);
            double[] expected = attention(queries, row, headSize, keys, values, seen[row]);
            for (int i = 0; i < headSize; i++) {
                assertEquals(expected[i], output[i], 2e-6);
            }
        }
    }

    private static double[] attention(
            float[] queries, int row, int headSize, float[][] keys, float[][] values, int seen) {
        int page = AttentionTile.PAGE;
        double[] scores = new double[seen];
        for (int position = 0; position < seen; position++) {
            for (int i = 0; i < headSize; i++) {
                scores[position] +=
                        0.25 * queries[row * headSize + i] * keys[position / page][i * page + position % page];
            }
        }
        double maximum = Arrays.stream(scores).max().getAsDouble();
        double sum =
                Arrays.stream(scores).map(score -> Math.exp(score - maximum)).sum();
        double[] output = new double[headSize];
        for (int position = 0; position < seen; position++) {
            double weight = Math.exp(scores[position] - maximum) / sum;
            for (int i = 0; i < headSize; i++) {
                output[i] += weight * values[position / page][position % page * AttentionTile.padded(headSize) + i];
            }
        }
        return output;
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
}

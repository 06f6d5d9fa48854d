package io.github.glmjava.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ojalgo.matrix.MatrixR064;

/** Each formula against numbers worked out by hand, or against a property that defines it. */
class FormulaTest {
    private static final double EXACT = 1e-12;

    @Test
    void rmsNormDividesByTheRootMeanSquare() {
        // mean square (1 + 49) / 2 = 25
        assertArrayEquals(
                new double[] {0.2, 14}, Normalization.rmsNorm(new double[] {1, 7}, new double[] {1, 10}, 0), EXACT);
        // epsilon is added to the mean square, not to its root: 25 + 11 = 36
        assertArrayEquals(
                new double[] {1 / 6.0, 7 / 6.0},
                Normalization.rmsNorm(new double[] {1, 7}, new double[] {1, 1}, 11),
                EXACT);
    }

    @Test
    void siluIsItsArgumentTimesTheSigmoid() {
        assertEquals(0, Activation.silu(0));
        assertEquals(0.7310585786300049, Activation.silu(1), EXACT);
        assertEquals(-0.2689414213699951, Activation.silu(-1), EXACT);
        assertEquals(0, Activation.silu(-1000), EXACT);
        assertArrayEquals(
                new double[] {0.7310585786300049 * 3, 0},
                Activation.swiGlu(new double[] {1, 0}, new double[] {3, 5}),
                EXACT);
    }

    @Test
    void geluWeighsByTheNormalDistribution() {
        assertEquals(0, Activation.gelu(0));
        assertEquals(0.8413447460685429, Activation.gelu(1), EXACT);
        assertEquals(-0.15865525393145707, Activation.gelu(-1), EXACT);
        assertEquals(2 * 0.9772498680518208, Activation.gelu(2), EXACT);
        assertEquals(-2 * 0.02275013194817920, Activation.gelu(-2), EXACT);
        assertEquals(40, Activation.gelu(40), EXACT);
        assertEquals(0, Activation.gelu(-40), EXACT);
    }

    @Test
    void softmaxOfLogarithmsAreTheProportions() {
        double[] logarithms = {Math.log(1), Math.log(2), Double.NEGATIVE_INFINITY, Math.log(5)};
        assertArrayEquals(new double[] {0.125, 0.25, 0, 0.625}, Attention.softmax(logarithms), EXACT);
        double[] shifted = Arrays.stream(logarithms).map(x -> x + 5000).toArray();
        assertArrayEquals(new double[] {0.125, 0.25, 0, 0.625}, Attention.softmax(shifted), EXACT);
    }

    @Test
    void rotaryTurnsNeighboursByTheirOwnAngles() {
        Rotary rotary = new Rotary(4, 10000);
        double[] turned = rotary.rotate(new double[] {1, 0, 0, 1, 8, 9, 10, 11}, 3);
        // frequencies 10000^0 = 1 and 10000^(-2/4) = 0.01
        double[] expected = {Math.cos(3), Math.sin(3), -Math.sin(0.03), Math.cos(0.03), 8, 9, 10, 11};
        assertArrayEquals(expected, turned, EXACT);
        assertArrayEquals(new double[] {1, 2, 3, 4, 5}, rotary.rotate(new double[] {1, 2, 3, 4, 5}, 0));
    }

    @Test
    void anOddRotaryWidthTurnsOneElementMore() {
        double[] turned = new Rotary(3, 8).rotate(new double[] {1, 0, 1, 0, 5, 6}, 1);
        // frequencies 8^0 = 1 and 8^(-2/3) = 1/4
        double[] expected = {Math.cos(1), Math.sin(1), Math.cos(0.25), Math.sin(0.25), 5, 6};
        assertArrayEquals(expected, turned, EXACT);
    }

    /** What rotary embedding is for: the score depends on the distance alone. */
    @ParameterizedTest
    @ValueSource(ints = {6, 10, 16, 64})
    void rotatedProductsDependOnTheDistanceAlone(int headSize) {
        Rotary rotary = new Rotary(headSize / 2, 10000);
        double[] query = gaussians(headSize, 1);
        double[] key = gaussians(headSize, 2);
        double near = dot(rotary.rotate(query, 7), rotary.rotate(key, 3));
        double far = dot(rotary.rotate(query, 127), rotary.rotate(key, 123));
        double other = dot(rotary.rotate(query, 7), rotary.rotate(key, 4));
        assertEquals(near, far, 1e-10);
        assertTrue(Math.abs(near - other) > 1e-3);
        assertEquals(dot(query, query), dot(rotary.rotate(query, 99), rotary.rotate(query, 99)), 1e-10);
    }

    @Test
    void attentionWeighsValuesByTheSoftmaxOfScaledProducts() {
        MatrixR064 query = Matrices.ofRows(new double[] {9, 9, 9, 9}, new double[] {2, 0, 0, 0});
        MatrixR064 key = Matrices.ofRows(new double[] {Math.log(3), 0, 0, 0}, new double[] {0, 0, 0, 0});
        MatrixR064 value = Matrices.ofRows(new double[] {4, 8}, new double[] {0, -8});
        MatrixR064 output = Attention.attend(query, key, value, Attention.Mask.CAUSAL);
        // the first query sees the first value only; the second has scores 2 log(3) / sqrt(4) = log(3) and 0
        assertArrayEquals(new double[] {4, 8}, Matrices.row(output, 0), EXACT);
        assertArrayEquals(new double[] {3, 4}, Matrices.row(output, 1), EXACT);
    }

    /** A lone token attends to itself, so each head returns its group's value. */
    @ParameterizedTest
    @CsvSource({"4, 1, 0 0 0 0", "4, 2, 0 0 1 1", "4, 4, 0 1 2 3", "6, 2, 0 0 0 1 1 1"})
    void consecutiveHeadsShareAGroup(int heads, int groups, String groupOfHead) {
        int headSize = 2;
        MatrixR064 query = Matrices.of(1, heads * headSize, (row, column) -> column);
        MatrixR064 value = Matrices.of(1, groups * headSize, (row, column) -> column);
        MatrixR064 output = Attention.grouped(query, value, value, heads, groups, Attention.Mask.CAUSAL);
        double[] expected = Arrays.stream(groupOfHead.split(" ", -1))
                .mapToInt(Integer::parseInt)
                .flatMap(group -> Arrays.stream(new int[] {group * headSize, group * headSize + 1}))
                .asDoubleStream()
                .toArray();
        assertArrayEquals(expected, Matrices.row(output, 0), EXACT);
    }

    @Test
    void aLinearMapAddsItsBiasToEachToken() {
        MatrixR064 weight = Matrices.ofRows(new double[] {1, 2}, new double[] {0, 1}, new double[] {-1, 0});
        Linear linear = new Linear(weight, new double[] {10, 20, 30});
        MatrixR064 tokens = Matrices.ofRows(new double[] {1, 1}, new double[] {3, -1});
        MatrixR064 output = linear.apply(tokens);
        assertArrayEquals(new double[] {13, 21, 29}, Matrices.row(output, 0), EXACT);
        assertArrayEquals(new double[] {11, 19, 27}, Matrices.row(output, 1), EXACT);
        assertArrayEquals(
                new double[] {21, 29}, Matrices.row(linear.outputs(1, 2).apply(tokens), 0), EXACT);
    }

    private static double[] gaussians(int count, long seed) {
        Random random = new Random(seed);
        return random.doubles(count).map(ignored -> random.nextGaussian()).toArray();
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}

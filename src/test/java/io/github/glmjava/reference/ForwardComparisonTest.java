package io.github.glmjava.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.glmjava.reference.ForwardComparison.Difference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.ojalgo.matrix.MatrixR064;

class ForwardComparisonTest {
    private static final MatrixR064 HIDDEN = Matrices.of(3, 4, (row, column) -> 10 * row + column);
    private static final MatrixR064 LOGITS = Matrices.of(3, 5, (row, column) -> 100 * row + column);
    private static final ForwardComparison COMPARISON = new ForwardComparison(
            new ReferenceTrace(HIDDEN, List.of(HIDDEN, HIDDEN.multiply(2)), HIDDEN.multiply(3), LOGITS));

    @Test
    void equalValuesDifferByNothing() {
        COMPARISON.embeddings(floats(HIDDEN)).requireWithin(0);
        COMPARISON.hidden(0, floats(HIDDEN)).requireWithin(0);
        COMPARISON.hidden(1, floats(HIDDEN.multiply(2))).requireWithin(0);
        COMPARISON.finalNorm(floats(HIDDEN.multiply(3))).requireWithin(0);
        COMPARISON.logits(floats(LOGITS)).requireWithin(0);
        COMPARISON.logits(1, floats(LOGITS)[1]).requireWithin(0);
        COMPARISON.lastLogits(floats(LOGITS)[2]).requireWithin(0);
    }

    @Test
    void theLargestDifferenceIsFoundWhereItIs() {
        float[][] actual = floats(HIDDEN.multiply(2));
        actual[0][0] += 0.25f;
        actual[2][1] -= 0.5f;
        actual[2][3] += 0.375f;
        Difference difference = COMPARISON.hidden(1, actual);
        assertEquals(new Difference("hidden.1", 2, 1, 42, 41.5), difference);
        assertEquals(0.5, difference.magnitude());
        difference.requireWithin(0.5);
        AssertionError error = assertThrows(AssertionError.class, () -> difference.requireWithin(0.4999));
        assertEquals(
                "hidden.1 differs most at position 2, index 1: expected 42.0000000, was 41.5000000, off by 0.500,"
                        + " tolerance 0.4999",
                error.getMessage());
    }

    @Test
    void oneRowIsComparedWithItsPosition() {
        float[] actual = floats(LOGITS)[1];
        COMPARISON.logits(1, actual).requireWithin(0);
        assertEquals(100, COMPARISON.lastLogits(actual).magnitude());
        actual[4] = 0;
        assertEquals(new Difference("logits", 1, 4, 104, 0), COMPARISON.logits(1, actual));
    }

    @Test
    void whatIsNotANumberIsInfinitelyWrong() {
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[][] actual = floats(LOGITS);
            actual[1][2] = wrong;
            actual[2][0] = -1e30f;
            Difference difference = COMPARISON.logits(actual);
            assertEquals(Double.POSITIVE_INFINITY, difference.magnitude());
            assertEquals(2, difference.index());
            assertThrows(AssertionError.class, () -> difference.requireWithin(1e300));
        }
    }

    @Test
    void anotherShapeIsAnErrorThatNamesBoth() {
        AssertionError positions =
                assertThrows(AssertionError.class, () -> COMPARISON.finalNorm(new float[2][HIDDEN.getColDim()]));
        assertEquals("final_norm has 2 positions, expected 3", positions.getMessage());
        AssertionError elements = assertThrows(AssertionError.class, () -> COMPARISON.logits(0, new float[4]));
        assertEquals("logits at position 0 has 4 elements, expected 5", elements.getMessage());
    }

    private static float[][] floats(MatrixR064 matrix) {
        float[][] floats = new float[matrix.getRowDim()][matrix.getColDim()];
        for (int row = 0; row < floats.length; row++) {
            for (int column = 0; column < floats[row].length; column++) {
                floats[row][column] = (float) matrix.doubleValue(row, column);
            }
        }
        return floats;
    }
}

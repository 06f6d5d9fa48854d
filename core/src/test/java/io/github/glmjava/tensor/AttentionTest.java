package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention over pages of every format, by both kinds of kernels, against the formula in double precision. */
class AttentionTest {
    private static final int PAGE = AttentionTile.PAGE;
    private static final int PAGES = 3;
    private static final int GROUPS = 2;

    private static final float[] MAGNITUDES = {1, 10, 100};

    private final Kernels[] kernels = {new ScalarKernels(), KernelProvider.kernels()};

    /** Of outputs of about 1 in magnitude. A score's error grows with the root of the key's size, here up to 136. */
    private static double tolerance(CacheFormat format) {
        return switch (format) {
            case F32 -> 5e-6;
            case BF16, Q8 -> 0.06;
        };
    }

    @ParameterizedTest
    @EnumSource
    void attendsToSeveralPages(CacheFormat format) {
        Random random = new Random(7);
        for (int keySize : new int[] {4, 18, 64, 136}) {
            for (int valueSize : new int[] {12, 33, 64}) {
                for (int rows : new int[] {1, 3, 4, 9}) {
                    Case one = new Case(random, rows, keySize, valueSize);
                    for (Kernels implementation : kernels) {
                        one.check(implementation, format);
                    }
                }
            }
        }
    }

    /** Panels that are read in pairs, and one that is left. */
    @ParameterizedTest
    @EnumSource
    void attendsToThreePanelsOfValues(CacheFormat format) {
        for (int rows : new int[] {3, 4, 9}) {
            Case one = new Case(new Random(rows), rows, 64, 96);
            for (Kernels implementation : kernels) {
                one.check(implementation, format);
            }
        }
    }

    /** Both kinds of kernels round alike. Every 32 features are ten times as large as those before, which no other scale would fit. */
    @Test
    void everyPanelHasItsOwnScales() {
        for (int rows : new int[] {1, 4, 6}) {
            Case one = new Case(new Random(rows), rows, 96, 96);
            for (int i = 0; i < one.values.length; i++) {
                float magnitude = MAGNITUDES[i % 96 / 32];
                one.values[i] *= magnitude;
                one.keys[i] *= magnitude / 100;
            }
            float[][] expected = one.attend(kernels[0], CacheFormat.Q8);
            float[][] actual = one.attend(kernels[1], CacheFormat.Q8);
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < 96; i++) {
                    assertEquals(expected[row][i], actual[row][i], 2e-5 * MAGNITUDES[i / 32]);
                }
            }
        }
    }

    /** What is there but may not be seen has no influence, not even as a not-a-number. */
    @ParameterizedTest
    @EnumSource
    void doesNotLookAhead(CacheFormat format) {
        for (Kernels implementation : kernels) {
            Case one = new Case(new Random(8), 9, 20, 20);
            float[][] before = one.attend(implementation, format);
            int farthest = Arrays.stream(one.seen).max().getAsInt();
            Arrays.fill(one.keys, farthest * one.keySize, one.keys.length, Float.NaN);
            Arrays.fill(one.values, farthest * one.valueSize, one.values.length, Float.NaN);
            assertArrayEquals(before, one.attend(implementation, format));
        }
    }

    @ParameterizedTest
    @EnumSource
    void extremeNumbersStayExtreme(CacheFormat format) {
        float[] keys = {0, -0f, 1, -1, 127, 1e30f, -1e30f, 1e-30f};
        for (Kernels implementation : kernels) {
            KeyValuePage page = implementation.page(format, 1, keys.length, keys.length);
            page.storeKey(0, 5, keys, 0);
            float[] panel = new float[page.width * keys.length];
            page.unpackKeys(0, 0, panel);
            for (int i = 0; i < keys.length; i++) {
                double error = format == CacheFormat.Q8 ? 1e30 / 254 : Math.abs(keys[i]) / 256;
                assertEquals(keys[i], panel[i * page.width + 5], error);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void memoryIsWhatTheFormatPromises(CacheFormat format) {
        long floats = 2L * 2 * 128 * PAGE;
        double bytes = (double) KeyValuePage.bytes(format, 2, 128, 128) / floats;
        assertEquals(format == CacheFormat.F32 ? 4 : format == CacheFormat.BF16 ? 2 : 1.125, bytes);
        assertTrue(KeyValuePage.bytes(format, 1, 3, 3) > 0);
    }

    /** Some rows of the second of two groups that see parts of three pages of random keys and values. */
    private static final class Case {
        final int keySize;
        final int valueSize;
        final float[] queries;
        final float[] keys;
        final float[] values;
        final int[] seen;

        Case(Random random, int rows, int keySize, int valueSize) {
            this.keySize = keySize;
            this.valueSize = valueSize;
            queries = MatrixTest.gaussians(random, rows * keySize);
            keys = MatrixTest.gaussians(random, PAGES * PAGE * keySize);
            values = MatrixTest.gaussians(random, PAGES * PAGE * valueSize);
            seen = random.ints(rows, 1, PAGES * PAGE).toArray();
        }

        void check(Kernels kernels, CacheFormat format) {
            float[][] outputs = attend(kernels, format);
            for (int row = 0; row < seen.length; row++) {
                double[] expected = expected(row);
                for (int i = 0; i < valueSize; i++) {
                    assertEquals(expected[i], outputs[row][i], tolerance(format));
                }
            }
        }

        /** The last page is a block of its own. */
        float[][] attend(Kernels kernels, CacheFormat format) {
            AttentionTile tile = new AttentionTile(seen.length, keySize, valueSize);
            AttentionState total = new AttentionState(seen.length, valueSize);
            total.clear(seen.length);
            for (int row = 0; row < seen.length; row++) {
                tile.query(row, queries, row * keySize, 0.25f);
            }
            for (int i = 0; i < PAGES; i++) {
                if (i == 0 || i == PAGES - 1) {
                    tile.begin(seen.length);
                }
                for (int row = 0; row < seen.length; row++) {
                    tile.see(row, Math.clamp(seen[row] - i * PAGE, 0, PAGE));
                }
                kernels.attend(tile, page(kernels, format, i), 1);
                for (int row = 0; row < seen.length && i > 0; row++) {
                    if (seen[row] > (i == 1 ? 0 : i * PAGE)) {
                        kernels.merge(total, row, tile.state(), row);
                    }
                }
            }
            float[][] outputs = new float[seen.length][valueSize];
            for (int row = 0; row < seen.length; row++) {
                total.finish(row, valueSize, outputs[row], 0);
            }
            return outputs;
        }

        private KeyValuePage page(Kernels kernels, CacheFormat format, int number) {
            KeyValuePage page = kernels.page(format, GROUPS, keySize, valueSize);
            for (int slot = 0; slot < PAGE; slot++) {
                int position = number * PAGE + slot;
                page.storeKey(1, slot, keys, position * keySize);
                page.storeValue(1, slot, values, position * valueSize);
            }
            return page;
        }

        private double[] expected(int row) {
            double[] scores = new double[seen[row]];
            for (int position = 0; position < scores.length; position++) {
                for (int i = 0; i < keySize; i++) {
                    scores[position] += 0.25 * queries[row * keySize + i] * keys[position * keySize + i];
                }
            }
            double maximum = Arrays.stream(scores).max().getAsDouble();
            double sum = Arrays.stream(scores)
                    .map(score -> Math.exp(score - maximum))
                    .sum();
            double[] output = new double[valueSize];
            for (int position = 0; position < scores.length; position++) {
                double weight = Math.exp(scores[position] - maximum) / sum;
                for (int i = 0; i < valueSize; i++) {
                    output[i] += weight * values[position * valueSize + i];
                }
            }
            return output;
        }
    }
}

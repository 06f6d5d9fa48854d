package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;

/**
 * Turns a matrix into 8-bit or 4-bit integers with a scale for every 32 columns of a row. A scale is not simply the
 * largest magnitude over the largest integer: several around it are tried, each improved by least squares, and the one
 * with the smallest squared error is taken. Integers of {@link GroupedRows} of the same format are kept, and only their scales
 * rounded.
 */
public final class Quantizer implements ParallelTask {
    /** The version of the layout of quantised bytes: files of another one cannot be read. */
    public static final int LAYOUT_VERSION = BlockLayout.VERSION;

    private static final int GROUP = BlockLayout.GROUP;

    /** How far the first scale may be from the one that uses the whole range: clipping a few large weights can pay. */
    private static final float[] Q4_STRETCHES = {1, 0.9f, 0.8f};

    private static final float[] Q8_STRETCHES = {1};

    private final RowSource source;
    private final BlockLayout layout;
    private final MemorySegment target;

    private Quantizer(RowSource source, BlockLayout layout, MemorySegment target) {
        this.source = source;
        this.layout = layout;
        this.target = target;
    }

    /**
     * Quantises a matrix.
     *
     * @param source anything but a quantised matrix
     * @param format Q8 or Q4
     * @param target receives {@code format.bytes(source.rows(), source.columns())} bytes
     * @param team shares the blocks of rows
     * @throws IllegalArgumentException if the source is quantised, or a weight is not finite
     */
    public static void quantize(RowSource source, MatrixFormat format, MemorySegment target, WorkerTeam team) {
        if (source instanceof Matrix matrix && matrix.format().isQuantized()) {
            throw new IllegalArgumentException("the matrix is quantised already, as " + matrix.format());
        }
        BlockLayout layout = BlockLayout.of(format, source.columns());
        team.run(new Quantizer(source, layout, target), Math.ceilDiv(source.rows(), layout.rows()), 1);
    }

    @Override
    public void run(int worker, int from, int to) {
        int groups = layout.groups();
        GroupedRows grouped = source instanceof GroupedRows rows && rows.format() == layout.format() ? rows : null;
        float[] row = new float[groups * GROUP];
        int[] values = new int[GROUP];
        int[] best = new int[GROUP];
        byte[] block = new byte[Math.toIntExact(layout.blockBytes())];
        for (int index = from; index < to; index++) {
            for (int r = 0; r < layout.rows(); r++) {
                int sourceRow = index * layout.rows() + r;
                boolean present = sourceRow < source.rows();
                if (present && grouped == null) {
                    source.readRow(sourceRow, row, 0);
                }
                for (int group = 0; group < groups; group++) {
                    float scale;
                    if (!present) {
                        scale = zero(best);
                    } else if (grouped != null) {
                        scale = keptGroup(grouped, sourceRow, group, best);
                    } else {
                        scale = quantizeGroup(row, group * GROUP, values, best, sourceRow);
                    }
                    layout.storeGroupRow(block, group, r, best, scale);
                }
            }
            MemorySegment.copy(
                    MemorySegment.ofArray(block), 0, target, index * layout.blockBytes(), layout.blockBytes());
        }
    }

    private static float keptGroup(GroupedRows source, int row, int group, int[] values) {
        float scale = source.readGroup(row, group, values);
        if (!Float.isFinite(scale)) {
            throw new IllegalArgumentException("row " + row + " has a scale of " + scale);
        }
        return BFloat16.toFloat(BFloat16.round(scale));
    }

    private static float zero(int[] values) {
        java.util.Arrays.fill(values, 0);
        return 0;
    }

    /** Fills {@code best} with the group's integers and returns their scale. */
    private float quantizeGroup(float[] weights, int offset, int[] values, int[] best, int row) {
        float extreme = 0;
        for (int i = 0; i < GROUP; i++) {
            float weight = weights[offset + i];
            if (!Float.isFinite(weight)) {
                throw new IllegalArgumentException("row " + row + " has a weight of " + weight);
            }
            if (Math.abs(weight) > Math.abs(extreme)) {
                extreme = weight;
            }
        }
        if (extreme == 0) {
            return zero(best);
        }
        boolean eight = layout.format() == MatrixFormat.Q8;
        int lowest = eight ? -127 : -8;
        int highest = eight ? 127 : 7;
        // 4 bits reach one further below than above zero: the extreme weight takes that side, whatever its sign.
        float full = eight ? Math.abs(extreme) / highest : extreme / lowest;
        float bestScale = 0;
        float bestError = Float.POSITIVE_INFINITY;
        for (float stretch : eight ? Q8_STRETCHES : Q4_STRETCHES) {
            float scale = BFloat16.toFloat(BFloat16.round(full * stretch));
            for (int round = 0; round < 2 && scale != 0; round++) {
                float error = round(weights, offset, scale, lowest, highest, values);
                if (error < bestError) {
                    bestError = error;
                    bestScale = scale;
                    System.arraycopy(values, 0, best, 0, GROUP);
                }
                scale = BFloat16.toFloat(BFloat16.round(leastSquares(weights, offset, values)));
            }
        }
        return bestScale == 0 ? zero(best) : bestScale;
    }

    /** Rounds the group's weights to integers under a scale and returns the squared error. */
    private static float round(float[] weights, int offset, float scale, int lowest, int highest, int[] values) {
        float inverse = 1 / scale;
        float evenError = 0;
        float oddError = 0;
        for (int i = 0; i < GROUP; i += 2) {
            int even = nearest(weights[offset + i] * inverse, lowest, highest);
            int odd = nearest(weights[offset + i + 1] * inverse, lowest, highest);
            values[i] = even;
            values[i + 1] = odd;
            float evenDifference = weights[offset + i] - even * scale;
            float oddDifference = weights[offset + i + 1] - odd * scale;
            evenError += evenDifference * evenDifference;
            oddError += oddDifference * oddDifference;
        }
        return evenError + oddError;
    }

    /** Adding a number leaves the nearest integer in a float's last places: several times faster than Math.round. */
    private static int nearest(float value, int lowest, int highest) {
        float limited = Math.min(highest, Math.max(lowest, value));
        return Float.floatToRawIntBits(limited + 0x1.8p23f) - Float.floatToRawIntBits(0x1.8p23f);
    }

    /** The scale that fits these integers best: {@code sum(w q) / sum(q q)}. */
    private static float leastSquares(float[] weights, int offset, int[] values) {
        float products = 0;
        int squares = 0;
        for (int i = 0; i < GROUP; i++) {
            products += weights[offset + i] * values[i];
            squares += values[i] * values[i];
        }
        return squares == 0 ? 0 : products / squares;
    }
}

package io.github.glmjava.family;

import io.github.glmjava.tensor.BFloat16;
import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** Rows of floats that are converted while they are written, a few at a time. */
final class FloatContent implements TensorSource.Content {
    private static final int PIECE = 1 << 16;

    private final StoredTensor tensor;
    private final RowSource rows;
    private final DType dtype;

    /**
     * @param tensor from which the rows come
     * @param rows are written one after the other
     * @param dtype F32, F16 or BF16
     */
    FloatContent(StoredTensor tensor, RowSource rows, DType dtype) {
        this.tensor = tensor;
        this.rows = rows;
        this.dtype = dtype;
    }

    @Override
    public void writeTo(WritableByteChannel out) throws IOException {
        int columns = rows.columns();
        int batch = Math.max(1, PIECE / columns);
        float[] values = new float[batch * columns];
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, dtype.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows.rows(); row += batch) {
            int first = row;
            int count = Math.min(batch, rows.rows() - row);
            int read = tensor.read(data -> {
                for (int i = 0; i < count; i++) {
                    rows.readRow(first + i, values, i * columns);
                }
                return count * columns;
            });
            bytes.clear();
            for (int i = 0; i < read; i++) {
                put(values[i], bytes);
            }
            out.write(bytes.flip());
        }
    }

    private void put(float value, ByteBuffer bytes) throws CheckpointException {
        float kept;
        switch (dtype) {
            case F16 -> {
                short half = Float.floatToFloat16(value);
                kept = Float.float16ToFloat(half);
                bytes.putShort(half);
            }
            case BF16 -> {
                short upper = BFloat16.round(value);
                kept = BFloat16.toFloat(upper);
                bytes.putShort(upper);
            }
            default -> {
                kept = value;
                bytes.putFloat(value);
            }
        }
        if (Float.isInfinite(kept) && !Float.isInfinite(value)) {
            throw new CheckpointException(tensor.file() + ": tensor \"" + tensor.name() + "\" has the value " + value
                    + ", which is too large for " + dtype + ": choose a type with more range");
        }
    }
}

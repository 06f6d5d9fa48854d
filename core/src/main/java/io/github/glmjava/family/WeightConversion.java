package io.github.glmjava.family;

import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of weight matrices when they are loaded.
 *
 * @param recipe the formats
 * @param copies whether matrices that stay as stored are copied out of their files
 * @param adapters are added before anything else is done
 * @param arena owns the memory of converted and copied matrices
 * @param team shares the work
 * @param plan takes note of what would be quantised, instead of that; null to quantise
 */
public record WeightConversion(
        WeightRecipe recipe,
        boolean copies,
        LoraAdapters adapters,
        Arena arena,
        WorkerTeam team,
        @Nullable QuantizationPlan plan) {
    /** A vector load that straddles no cache line, whatever the width. */
    private static final int ALIGNMENT = 64;

    private static final long COPIED_AT_A_TIME = 1L << 20;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** A conversion that is carried out. */
    public WeightConversion(WeightRecipe recipe, boolean copies, LoraAdapters adapters, Arena arena, WorkerTeam team) {
        this(recipe, copies, adapters, arena, team, null);
    }

    /** Quantises one matrix, a row at a time, so that nothing but the result is held. */
    Matrix quantized(RowSource source, MatrixFormat format, Kernels kernels, String name) throws CheckpointException {
        MemorySegment data = arena.allocate(format.bytes(source.rows(), source.columns()), ALIGNMENT);
        QuantizedTensors.quantize(name, source, format, data, team);
        return kernels.matrix(format, data, source.rows(), source.columns());
    }

    /** A copy of a tensor's bytes. */
    MemorySegment copied(StoredTensor tensor) throws CheckpointException {
        return tensor.read(source -> {
            long bytes = source.byteSize();
            MemorySegment copy = arena.allocate(bytes, ALIGNMENT);
            team.run(
                    (worker, from, to) -> {
                        long start = from * COPIED_AT_A_TIME;
                        long length = Math.min(bytes, to * COPIED_AT_A_TIME) - start;
                        MemorySegment.copy(source, start, copy, start, length);
                    },
                    Math.toIntExact(Math.ceilDiv(bytes, COPIED_AT_A_TIME)),
                    1);
            return copy;
        });
    }

    /** A copy of one matrix in floats. */
    Matrix floats(RowSource source, Kernels kernels) {
        float[] values = new float[source.columns()];
        MemorySegment data = arena.allocate(MatrixFormat.F32.bytes(source.rows(), source.columns()), ALIGNMENT);
        for (int row = 0; row < source.rows(); row++) {
            source.readRow(row, values, 0);
            MemorySegment.copy(values, 0, data, FLOAT, (long) row * values.length * Float.BYTES, values.length);
        }
        return kernels.matrix(MatrixFormat.F32, data, source.rows(), source.columns());
    }

    /** A matrix of these floats. */
    Matrix floats(float[] values, int rows, Kernels kernels) {
        MemorySegment data = arena.allocate((long) values.length * Float.BYTES, ALIGNMENT);
        MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
        return kernels.matrix(MatrixFormat.F32, data, rows, values.length / rows);
    }
}

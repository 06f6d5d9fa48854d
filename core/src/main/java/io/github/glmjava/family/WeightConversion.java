package io.github.glmjava.family;

import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.Quantizer;
import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.CheckpointException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of weight matrices when they are loaded.
 *
 * @param layers the format of the blocks' matrices, or null to leave them as stored
 * @param head the format of the output head, or null to leave it as stored
 * @param arena owns the memory of converted matrices
 * @param team shares the work
 */
public record WeightConversion(
        @Nullable MatrixFormat layers, @Nullable MatrixFormat head, Arena arena, WorkerTeam team) {
    /** A vector load that straddles no cache line, whatever the width. */
    private static final int ALIGNMENT = 64;

    /** Quantises one matrix, a row at a time, so that nothing but the result is held. */
    Matrix quantized(RowSource source, MatrixFormat format, Kernels kernels, String name) throws CheckpointException {
        MemorySegment data = arena.allocate(format.bytes(source.rows(), source.columns()), ALIGNMENT);
        try {
            Quantizer.quantize(source, format, data, team);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException("tensor \"" + name + "\" cannot be quantised: " + e.getMessage(), e);
        }
        return kernels.matrix(format, data, source.rows(), source.columns());
    }
}

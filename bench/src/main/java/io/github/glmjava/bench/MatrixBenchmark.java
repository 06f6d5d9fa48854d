package io.github.glmjava.bench;

import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.Matrix;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.MatrixMultiplication;
import io.github.glmjava.tensor.WorkerTeam;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One weight matrix, larger than any cache, with one token (what counts is GB/s against the memory's) and with many (what
 * counts is multiply-adds against the processor's peak).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Xmx4g"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MatrixBenchmark {
    private static final int ROWS = 1 << 16;
    private static final int COLUMNS = 2048;

    /** The storage format. */
    @Param({"F32", "F16", "BF16", "Q8", "Q4"})
    public MatrixFormat format = MatrixFormat.BF16;

    /** Tokens at a time. */
    @Param({"1", "8", "256"})
    public int tokens = 1;

    /** Threads of the team. */
    @Param({"1", "2"})
    public int threads = 1;

    private final Arena arena = Arena.ofShared();
    private WorkerTeam team = new WorkerTeam(1);
    private Matrix matrix =
            KernelProvider.kernels().matrix(MatrixFormat.F32, MemorySegment.ofArray(new float[1]), 1, 1);
    private MatrixMultiplication multiplication = new MatrixMultiplication(team);
    private float[] input = new float[0];
    private float[] output = input;

    /** Makes the matrix and the activations. */
    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(1);
        MemorySegment data = arena.allocate(format.bytes(ROWS, COLUMNS), 64);
        if (format.isQuantized()) {
            // Any bits will do for the integers; scales must not be huge, infinite or NaN, nor so small that products
            // are denormal.
            for (long i = 0; i < data.byteSize(); i += Long.BYTES) {
                data.set(ValueLayout.JAVA_LONG, i, (random.nextLong() & 0x3f3f3f3f3f3f3f3fL) | 0x2020202020202020L);
            }
        } else {
            fill(data, random);
        }
        matrix = KernelProvider.kernels().matrix(format, data, ROWS, COLUMNS);
        team = new WorkerTeam(threads);
        multiplication = new MatrixMultiplication(team);
        input = new float[tokens * COLUMNS];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) random.nextDouble(-1, 1);
        }
        output = new float[tokens * ROWS];
    }

    private void fill(MemorySegment data, SplittableRandom random) {
        for (long i = 0; i < (long) ROWS * COLUMNS; i++) {
            float value = (float) random.nextDouble(-1, 1) / 32;
            switch (format) {
                case F32 -> data.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                case F16 -> data.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(value));
                case BF16 -> data.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToIntBits(value) >>> 16));
                case I8, I4, Q8, Q4 -> throw new IllegalStateException(format + " has no single elements");
            }
        }
    }

    /** Ends threads and frees memory. */
    @TearDown
    public void tearDown() {
        team.close();
        arena.close();
    }

    /** {@code tokens x columns} by {@code columns x rows}. */
    @Benchmark
    public float[] multiply(Rates rates) {
        multiplication.multiply(matrix, input, tokens, output);
        rates.gigabytes += format.bytes(ROWS, COLUMNS) / 1e9;
        rates.gigaMultiplyAdds += (double) ROWS * COLUMNS * tokens / 1e9;
        return output;
    }
}

package io.github.glmjava.evaluation;

import io.github.glmjava.WeightFormat;
import io.github.glmjava.family.QuantizedTensors;
import io.github.glmjava.family.WeightRecipe;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.Quantizer;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that lies in memory, with random weights in the wanted formats. Random numbers are made, and quantised, for
 * a strip of rows, which is then repeated: a kernel's speed does not depend on the numbers, and making all of them would
 * take minutes.
 */
final class SyntheticWeights implements Checkpoint {
    private static final int STRIP_ROWS = 256;

    private static final int ALIGNMENT = 64;

    private final Path file;
    private final Map<String, String> metadata;
    private final WorkerTeam team;
    private final Arena arena;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    /** Columns and format of strips that are used again. */
    private final Map<List<Object>, MemorySegment> strips = new LinkedHashMap<>();

    private SyntheticWeights(Path file, Map<String, String> metadata, WorkerTeam team, Arena arena) {
        this.file = file;
        this.metadata = metadata;
        this.team = team;
        this.arena = arena;
    }

    /**
     * Makes the weights.
     *
     * @param format of the matrices; as stored means BF16
     * @param threads that share the work
     */
    @SuppressWarnings("MustBeClosed") // closed by close()
    static SyntheticWeights make(ModelShape shape, WeightFormat format, int threads) {
        WeightRecipe recipe = WeightRecipe.of(format);
        Map<String, String> metadata =
                format == WeightFormat.AS_STORED ? Map.of() : QuantizedTensors.metadata(format, shape.parameters());
        Arena arena = Arena.ofShared();
        try (WorkerTeam team = new WorkerTeam(threads);
                Arena stripArena = Arena.ofShared()) {
            SyntheticWeights weights = new SyntheticWeights(Path.of(shape.name()), metadata, team, arena);
            for (ModelShape.Tensor tensor : shape.tensors()) {
                MatrixFormat matrixFormat = tensor.name().equals(ModelShape.HEAD) ? recipe.head() : recipe.layers();
                if (tensor.shape().size() == 1) {
                    weights.addVector(tensor);
                } else {
                    weights.addMatrix(
                            tensor, tensor.name().equals(ModelShape.EMBEDDING) ? null : matrixFormat, stripArena);
                }
            }
            weights.strips.clear();
            return weights;
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private void addVector(ModelShape.Tensor tensor) {
        MemorySegment data = arena.allocate(DType.BF16.byteSize(tensor.shape()), ALIGNMENT);
        RandomWeights.fillWithOnes(data.asByteBuffer());
        add(tensor.name(), DType.BF16, tensor.shape(), data);
    }

    private void addMatrix(ModelShape.Tensor tensor, @Nullable MatrixFormat format, Arena stripArena) {
        int rows = tensor.shape().getFirst().intValue();
        int columns = tensor.shape().getLast().intValue();
        MatrixFormat stored = format == null ? MatrixFormat.BF16 : format;
        MemorySegment strip =
                strips.computeIfAbsent(List.of(stored, columns), key -> strip(stored, columns, stripArena));
        MemorySegment data = arena.allocate(stored.bytes(rows, columns), ALIGNMENT);
        int copies = Math.toIntExact(Math.ceilDiv(data.byteSize(), strip.byteSize()));
        team.run(
                (worker, from, to) -> {
                    for (int copy = from; copy < to; copy++) {
                        long start = copy * strip.byteSize();
                        long bytes = Math.min(strip.byteSize(), data.byteSize() - start);
                        MemorySegment.copy(strip, 0, data, start, bytes);
                    }
                },
                copies,
                1);
        if (format == null) {
            add(tensor.name(), DType.BF16, tensor.shape(), data);
        } else {
            add(
                    QuantizedTensors.name(tensor.name(), format),
                    DType.U8,
                    QuantizedTensors.shape(format, rows, columns),
                    data);
        }
    }

    private MemorySegment strip(MatrixFormat format, int columns, Arena stripArena) {
        MemorySegment numbers = stripArena.allocate(MatrixFormat.BF16.bytes(STRIP_ROWS, columns), ALIGNMENT);
        new RandomWeights(columns).fill(numbers.asByteBuffer());
        if (format == MatrixFormat.BF16) {
            return numbers;
        }
        MemorySegment quantized = stripArena.allocate(format.bytes(STRIP_ROWS, columns), ALIGNMENT);
        Quantizer.quantize(
                KernelProvider.kernels().matrix(MatrixFormat.BF16, numbers, STRIP_ROWS, columns),
                format,
                quantized,
                team);
        return quantized;
    }

    private void add(String name, DType dtype, List<Long> shape, MemorySegment data) {
        tensors.put(name, new StoredTensor(name, dtype, shape, data.asReadOnly(), file));
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public Map<String, StoredTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}

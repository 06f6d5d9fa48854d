package io.github.glmjava.evaluation;

import io.github.glmjava.WeightFormat;
import io.github.glmjava.family.ModelFamilies;
import io.github.glmjava.family.ModelFolder;
import io.github.glmjava.family.QuantizedTensors;
import io.github.glmjava.family.WeightRecipe;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.LatentConfig;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.Quantizer;
import io.github.glmjava.tensor.WeightArena;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that lies in memory, in the same pages as weights that are converted while loading, with random weights in the
 * wanted formats. Random numbers are made, and quantised, for a strip of rows, which is then repeated: a kernel's speed does
 * not depend on the numbers, and making all of them would take minutes.
 */
public final class SyntheticWeights implements Checkpoint {
    private static final int STRIP_ROWS = 256;

    private static final int ALIGNMENT = 64;

    /** Copied at a time. */
    private static final long PIECE = 4L << 20;

    private final Path file;
    private final Map<String, String> metadata;
    private final WorkerTeam team;
    private final WeightArena arena;
    private final @Nullable LatentConfig latent;
    private final int heads;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    /** Columns and format of strips that are used again. */
    private final Map<List<Object>, MemorySegment> strips = new LinkedHashMap<>();

    private SyntheticWeights(
            Path file, Map<String, String> metadata, GlmConfig config, WorkerTeam team, WeightArena arena) {
        this.file = file;
        this.metadata = metadata;
        this.team = team;
        this.arena = arena;
        latent = config.attention().latent();
        heads = config.attention().heads();
    }

    /**
     * Makes the weights.
     *
     * @param format of the matrices; as stored means BF16
     * @param threads that share the work
     * @throws IOException if the shape's configuration is not understood
     */
    @SuppressWarnings("MustBeClosed") // closed by close()
    public static SyntheticWeights make(ModelShape shape, WeightFormat format, int threads) throws IOException {
        ModelFolder folder = shape.folder();
        GlmConfig config = ModelFamilies.of(folder).architecture(folder.config());
        WeightRecipe recipe = WeightRecipe.of(format);
        Map<String, String> metadata =
                format == WeightFormat.AS_STORED ? Map.of() : QuantizedTensors.metadata(format, shape.parameters());
        WeightArena arena = WeightArena.open(shape.parameters() / 2);
        try (WorkerTeam team = new WorkerTeam(threads);
                Arena stripArena = Arena.ofShared()) {
            SyntheticWeights weights = new SyntheticWeights(Path.of(shape.name()), metadata, config, team, arena);
            for (ModelShape.Tensor tensor : shape.tensors()) {
                weights.add(tensor, recipe, stripArena);
            }
            weights.strips.clear();
            return weights;
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private void add(ModelShape.Tensor tensor, WeightRecipe recipe, Arena stripArena) {
        switch (tensor.use()) {
            case VECTOR -> addVector(tensor);
            case EMBEDDING, ROUTER -> addMatrix(tensor, null, stripArena);
            case ATTENTION -> addMatrix(tensor, recipe.attention(), stripArena);
            case LATENT_UP -> addHeads(tensor, recipe.attention(), stripArena);
            case GATE_AND_UP -> addMatrix(tensor, recipe.gateAndUp(), stripArena);
            case DOWN -> addMatrix(tensor, recipe.down(), stripArena);
            case HEAD -> addMatrix(tensor, recipe.head(), stripArena);
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
        if (format == null) {
            MemorySegment data = filled(MatrixFormat.BF16, MatrixFormat.BF16.bytes(rows, columns), columns, stripArena);
            add(tensor.name(), DType.BF16, tensor.shape(), data);
        } else {
            MemorySegment data = filled(format, format.bytes(rows, columns), columns, stripArena);
            List<Long> shape = QuantizedTensors.shape(format, rows, columns);
            add(QuantizedTensors.name(tensor.name(), format), DType.U8, shape, data);
        }
    }

    /** What leads from the latent to each head's key and value is quantised for each of them. */
    private void addHeads(ModelShape.Tensor tensor, @Nullable MatrixFormat format, Arena stripArena) {
        if (format == null) {
            addMatrix(tensor, null, stripArena);
            return;
        }
        LatentConfig config = Objects.requireNonNull(latent);
        addHeads(QuantizedTensors.keys(tensor.name()), config.rank(), config.plainSize(), format, stripArena);
        addHeads(QuantizedTensors.values(tensor.name()), config.valueSize(), config.rank(), format, stripArena);
    }

    private void addHeads(String name, int rows, int columns, MatrixFormat format, Arena stripArena) {
        MemorySegment data = filled(format, heads * format.bytes(rows, columns), columns, stripArena);
        List<Long> shape = QuantizedTensors.shape(format, heads, rows, columns);
        add(QuantizedTensors.name(name, format), DType.U8, shape, data);
    }

    /** Memory that is filled with a strip again and again. */
    private MemorySegment filled(MatrixFormat format, long bytes, int columns, Arena stripArena) {
        MemorySegment strip =
                strips.computeIfAbsent(List.of(format, columns), key -> strip(format, columns, stripArena));
        MemorySegment data = arena.allocate(bytes, ALIGNMENT);
        long copies = Math.max(1, PIECE / strip.byteSize());
        long piece = copies * strip.byteSize();
        team.run(
                (worker, from, to) -> {
                    long end = Math.min(bytes, to * piece);
                    for (long start = from * piece; start < end; start += strip.byteSize()) {
                        MemorySegment.copy(strip, 0, data, start, Math.min(strip.byteSize(), end - start));
                    }
                },
                Math.toIntExact(Math.ceilDiv(bytes, piece)),
                1);
        return data;
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

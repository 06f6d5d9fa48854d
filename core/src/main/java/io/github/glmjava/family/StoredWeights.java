package io.github.glmjava.family;

import io.github.glmjava.layer.Linear;
import io.github.glmjava.layer.LowRankUpdate;
import io.github.glmjava.tensor.GroupedRows;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.Matrix;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.RowScaledMatrix;
import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The weights of a checkpoint as a network uses them: found by name, checked, and converted if the user wants that.
 *
 * <p>A matrix may be stored as floats, or as THUDM's quantised releases have it ({@code quantization.py} of ChatGLM-6B and
 * ChatGLM2-6B): 8-bit integers, or 4-bit ones of which a byte holds two, and beside them {@code weight_scale}, one factor
 * for each row. These are used as they lie. The blocks of GGUF files become ours: Q4_0 becomes Q4 and Q8_0 becomes Q8 with
 * the same integers (and the same scales, where these fit 8 bits of mantissa), all others are quantised again, to Q8. Our own quantised folders hold our
 * blocks: {@link QuantizedTensors}.
 */
final class StoredWeights {
    private static final Logger LOG = LoggerFactory.getLogger(StoredWeights.class);

    /** What the scales' name has more than the weight's. */
    static final String SCALE_SUFFIX = "_scale";

    private final Checkpoint checkpoint;
    private final Kernels kernels;
    private final WeightConversion conversion;
    private final Set<String> used = new HashSet<>();

    /** What became of blocks that are not ours. */
    private final Map<String, Integer> converted = new TreeMap<>();

    private long bytes;

    StoredWeights(Checkpoint checkpoint, Kernels kernels, WeightConversion conversion) {
        this.checkpoint = checkpoint;
        this.kernels = kernels;
        this.conversion = conversion;
    }

    /** The bytes of all matrices given out. */
    long bytes() {
        return bytes;
    }

    /** Whether there is a tensor of this name. */
    boolean has(String name) {
        return checkpoint.find(name) != null;
    }

    /** A norm's factors or a bias. */
    float[] vector(String name, int size) throws CheckpointException {
        return tensor(name, List.of((long) size)).toFloats();
    }

    /**
     * A linear layer. Adapters are merged into a matrix that is quantised, before that; else they are computed beside it:
     * that takes a hundredth of the layer's time and no copy of its weights.
     *
     * @param bias the bias's name, or null if there is none
     * @param format what the matrix is converted to, or null to leave it as stored
     */
    Linear linear(String name, @Nullable String bias, int rows, int columns, @Nullable MatrixFormat format)
            throws CheckpointException {
        float[] addend = bias == null ? null : vector(bias, rows);
        List<LoraFactors> factors = conversion.adapters().factors(name, rows, columns);
        if (format != null && isQuantized(name, format)) {
            LowRankUpdate beside = factors.isEmpty() ? null : update(factors);
            return new Linear(quantized(name, rows, columns, format), addend, beside);
        }
        if (factors.isEmpty() || format != null) {
            return new Linear(matrix(name, rows, columns, format), addend, null);
        }
        return new Linear(plain(name, rows, columns, true), addend, update(factors));
    }

    /**
     * A matrix with what adapters add to it.
     *
     * @param format what it is converted to, or null to leave it as stored
     */
    Matrix matrix(String name, int rows, int columns, @Nullable MatrixFormat format) throws CheckpointException {
        List<LoraFactors> factors = conversion.adapters().factors(name, rows, columns);
        if (format != null && isQuantized(name, format)) {
            if (!factors.isEmpty()) {
                throw new CheckpointException(checkpoint.file() + ": tensor \"" + name
                        + "\" is quantised, an adapter cannot be merged into it: load the original model");
            }
            return quantized(name, rows, columns, format);
        }
        if (format == null && factors.isEmpty()) {
            return plain(name, rows, columns, true);
        }
        return matrix(name, rows(name, rows, columns), format);
    }

    /** A matrix whose rows are only looked up: as stored, and nothing is gained by copying it. */
    Matrix table(String name, int rows, int columns) throws CheckpointException {
        return conversion.adapters().factors(name, rows, columns).isEmpty()
                ? plain(name, rows, columns, false)
                : matrix(name, rows(name, rows, columns), null);
    }

    /** A matrix as it is stored; one of foreign blocks in the format of ours that is next to it. */
    private Matrix plain(String name, int rows, int columns, boolean streamed) throws CheckpointException {
        DType dtype = find(name).dtype();
        if (!dtype.isBlocked()) {
            if (conversion.plan() != null) {
                conversion.plan().keep(name);
            }
            return counted(stored(name, rows, columns, streamed));
        }
        MatrixFormat format = dtype == DType.Q4_0 ? MatrixFormat.Q4 : MatrixFormat.Q8;
        return matrix(name, blocks(name, rows, columns), format);
    }

    private RowSource blocks(String name, int rows, int columns) throws CheckpointException {
        StoredTensor tensor = tensor(name, List.of((long) rows, (long) columns));
        return switch (tensor.dtype()) {
            case Q8_0, Q4_0 -> new IntegerBlocks(tensor, rows, columns);
            default -> new StoredRows(tensor, rows, columns);
        };
    }

    /** Takes note of what becomes of blocks that are not ours. */
    private void note(String name, RowSource source, MatrixFormat format) throws CheckpointException {
        DType dtype = find(name).dtype();
        if (dtype.isBlocked()) {
            boolean kept = source instanceof GroupedRows rows && rows.format() == format;
            converted.merge(
                    dtype + " as " + format + (kept ? " with the same integers" : ", quantised again"),
                    1,
                    Integer::sum);
        }
    }

    /** The rows of a matrix with what adapters add to it. */
    RowSource rows(String name, int rows, int columns) throws CheckpointException {
        RowSource stored =
                find(name).dtype().isBlocked() ? blocks(name, rows, columns) : stored(name, rows, columns, false);
        List<LoraFactors> factors = conversion.adapters().factors(name, rows, columns);
        return factors.isEmpty() ? stored : new AdaptedRows(stored, factors);
    }

    /**
     * A matrix of these rows.
     *
     * @param name of the tensor that they come from
     * @param format what they are converted to, or null to hold them as floats
     */
    Matrix matrix(String name, RowSource source, @Nullable MatrixFormat format) throws CheckpointException {
        if (conversion.plan() != null && format != null && source instanceof Matrix stored) {
            MatrixStack rows = MatrixStack.of(source);
            conversion.plan().add(name, new QuantizationPlan.Entry(QuantizedTensors.name(name, format), rows, format));
            return counted(stored);
        }
        if (format == null) {
            return counted(conversion.floats(source, kernels));
        }
        note(name, source, format);
        return counted(conversion.quantized(source, format, kernels, name));
    }

    /**
     * Several matrices that are made of one tensor.
     *
     * @param name of the tensor
     * @param stackName what they are called in a quantised folder, where they lie one after the other
     * @param format what they are converted to, or null to hold them as floats
     */
    List<Matrix> stack(String name, String stackName, MatrixStack source, @Nullable MatrixFormat format)
            throws CheckpointException {
        if (conversion.plan() != null && format != null) {
            String target = QuantizedTensors.name(stackName, format);
            conversion.plan().add(name, new QuantizationPlan.Entry(target, source, format));
            return List.of(); // a planned network never runs
        }
        List<Matrix> matrices = new ArrayList<>();
        for (int part = 0; part < source.count(); part++) {
            matrices.add(matrix(name, source.parts().apply(part), format));
        }
        return matrices;
    }

    /** A stack of a quantised folder. */
    List<Matrix> quantizedStack(String stackName, int count, int rows, int columns, MatrixFormat format)
            throws CheckpointException {
        StoredTensor tensor =
                tensor(QuantizedTensors.name(stackName, format), QuantizedTensors.shape(format, count, rows, columns));
        MemorySegment data = data(tensor, true);
        long bytes = format.bytes(rows, columns);
        List<Matrix> matrices = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            matrices.add(counted(kernels.matrix(format, data.asSlice(part * bytes, bytes), rows, columns)));
        }
        return matrices;
    }

    /** Whether a matrix lies in a quantised folder in this format. */
    boolean isQuantized(String name, MatrixFormat format) {
        return checkpoint.find(QuantizedTensors.name(name, format)) != null;
    }

    /** A matrix of a quantised folder. */
    private Matrix quantized(String name, int rows, int columns, MatrixFormat format) throws CheckpointException {
        StoredTensor tensor =
                tensor(QuantizedTensors.name(name, format), QuantizedTensors.shape(format, rows, columns));
        return counted(kernels.matrix(format, data(tensor, true), rows, columns));
    }

    private Matrix counted(Matrix matrix) {
        bytes += matrix.format().bytes(matrix.rows(), matrix.columns());
        return matrix;
    }

    /** All adapters' factors as one pair: A on A, B beside B. */
    private LowRankUpdate update(List<LoraFactors> all) {
        int rank = all.stream().mapToInt(LoraFactors::rank).sum();
        int rows = all.getFirst().rows();
        int columns = all.getFirst().columns();
        float[] down = new float[Math.multiplyExact(rank, columns)];
        float[] up = new float[Math.multiplyExact(rows, rank)];
        int before = 0;
        for (LoraFactors factors : all) {
            factors.copyDown(down, before);
            factors.copyUp(up, before, rank);
            before += factors.rank();
        }
        return new LowRankUpdate(
                counted(conversion.floats(down, rank, kernels)), counted(conversion.floats(up, rows, kernels)));
    }

    /** @param streamed whether decoding will read this matrix again and again, so that its place in memory matters */
    private Matrix stored(String name, int rows, int columns, boolean streamed) throws CheckpointException {
        if (isScaled(name)) {
            return integers(name, rows, columns, streamed);
        }
        StoredTensor tensor = tensor(name, List.of((long) rows, (long) columns));
        return kernels.matrix(floatFormat(tensor), data(tensor, streamed), rows, columns);
    }

    /**
     * The format of a matrix of floats.
     *
     * @throws CheckpointException if the tensor holds something else
     */
    static MatrixFormat floatFormat(StoredTensor tensor) throws CheckpointException {
        return switch (tensor.dtype()) {
            case F32 -> MatrixFormat.F32;
            case F16 -> MatrixFormat.F16;
            case BF16 -> MatrixFormat.BF16;
            default ->
                throw new CheckpointException(tensor.file() + ": tensor \"" + tensor.name() + "\" has dtype "
                        + tensor.dtype() + ", expected F32, F16, BF16, or I8 with scales");
        };
    }

    /** Whether this is a matrix of integers with scales, and no adapter replaces it. */
    boolean isScaled(String name) throws CheckpointException {
        return isStoredScaled(name) && conversion.adapters().replacement(name) == null;
    }

    private boolean isStoredScaled(String name) {
        StoredTensor tensor = checkpoint.find(name);
        return tensor != null && tensor.dtype() == DType.I8 && checkpoint.find(name + SCALE_SUFFIX) != null;
    }

    /** Whether these are the scales of a matrix of integers. */
    boolean isScale(String name) {
        return name.endsWith(SCALE_SUFFIX) && isStoredScaled(name.substring(0, name.length() - SCALE_SUFFIX.length()));
    }

    /** Half as many columns as there should be are 4-bit integers. */
    private Matrix integers(String name, int rows, int columns, boolean streamed) throws CheckpointException {
        List<Long> halved = List.of((long) rows, columns / 2L);
        boolean pairs = columns % 2 == 0 && find(name).shape().equals(halved);
        StoredTensor tensor = tensor(name, pairs ? halved : List.of((long) rows, (long) columns));
        MatrixFormat format = pairs ? MatrixFormat.I4 : MatrixFormat.I8;
        return new RowScaledMatrix(
                kernels.matrix(format, data(tensor, streamed), rows, columns), vector(name + SCALE_SUFFIX, rows));
    }

    private MemorySegment data(StoredTensor tensor, boolean streamed) throws CheckpointException {
        return streamed && conversion.copies() ? conversion.copied(tensor) : tensor.data();
    }

    private StoredTensor find(String name) throws CheckpointException {
        StoredTensor replacement = conversion.adapters().replacement(name);
        return replacement == null ? checkpoint.tensor(name) : replacement;
    }

    private StoredTensor tensor(String name, List<Long> shape) throws CheckpointException {
        StoredTensor tensor = find(name);
        if (!tensor.shape().equals(shape)) {
            throw new CheckpointException(tensor.file() + ": tensor \"" + name + "\" has shape " + tensor.shape()
                    + ", expected " + shape + " from config.json");
        }
        used.add(name);
        return tensor;
    }

    /**
     * What the architecture has no place for may mean that the numbers come out wrong: never pass over it silently.
     *
     * @param ignored says of a name whether the original code does not use it either
     * @throws CheckpointException if an adapter has no place
     */
    void reportUnused(Predicate<String> ignored) throws CheckpointException {
        conversion.adapters().requireAllUsed();
        if (!converted.isEmpty()) {
            String counts = converted.entrySet().stream()
                    .map(entry -> entry.getValue() + " of " + entry.getKey())
                    .collect(Collectors.joining("; "));
            LOG.info("{}: matrices held in our own formats: {}", checkpoint.file(), counts);
        }
        List<String> unused = checkpoint.tensors().keySet().stream()
                .filter(name -> !used.contains(name))
                .filter(name -> !ignored.test(name))
                .toList();
        if (!unused.isEmpty()) {
            LOG.warn("{} tensors of the checkpoint are not used by this architecture: {}", unused.size(), unused);
        }
    }
}

package io.github.glmjava.family;

import io.github.glmjava.ConversionOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.ShardedSafetensorsWriter;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes any model that can be loaded as a published folder of safetensors with plain floats: integers and blocks are
 * unpacked, adapters merged, a prefix included. A few rows at a time are in memory; the folder appears under its name when it
 * is complete.
 */
public final class ConvertedFolder {
    /** What transformers asks of a file that it is to load. */
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    /**
     * The router's correction decides between experts that are close, so it keeps its precision, as in transformers
     * ({@code _keep_in_fp32_modules_strict} of modeling_glm4_moe.py).
     */
    private static final String ROUTER_CORRECTION = "e_score_correction_bias";

    private final ModelSource source;
    private final ConversionOptions options;
    private final StoredWeights weights;
    private final LoraAdapters adapters;
    private final @Nullable Checkpoint prefix;
    private final List<JoinedLatent> joined;
    private boolean unpacks;

    private ConvertedFolder(
            ModelSource source,
            GlmConfig config,
            ConversionOptions options,
            WeightConversion conversion,
            @Nullable Checkpoint prefix)
            throws CheckpointException {
        this.source = source;
        this.options = options;
        this.prefix = prefix;
        adapters = conversion.adapters();
        weights = new StoredWeights(source.checkpoint(), KernelProvider.kernels(), conversion);
        joined = JoinedLatent.find(source.checkpoint(), config, source.family().tensorNames());
    }

    /**
     * Writes the folder.
     *
     * @param from a model folder, or a file of GGUF
     * @param target must not exist, or be an empty folder
     * @throws CheckpointException if the source, an adapter or the prefix is malformed or unsupported
     * @throws FileAlreadyExistsException if there is something at the target
     * @throws IOException if reading or writing fails; nothing is left then
     */
    public static void write(Path from, Path target, ConversionOptions options) throws IOException {
        NewFolder.requireFree(target);
        try (ModelSource source = ModelSource.open(from, options.specialTokens());
                Arena arena = Arena.ofShared();
                WorkerTeam team = new WorkerTeam(1)) {
            if (QuantizedTensors.areIn(source.checkpoint())) {
                throw new CheckpointException(source.checkpoint().file()
                        + ": the weights are quantised in our own formats: convert the original model");
            }
            GlmConfig config = source.family().architecture(source.files().config());
            LoraAdapters adapters = LoraAdapters.read(options.lora(), arena);
            WeightConversion conversion =
                    new WeightConversion(WeightRecipe.of(WeightFormat.AS_STORED), false, adapters, arena, team);
            Path ptuning = options.ptuning();
            try (Checkpoint prefix = ptuning == null ? null : Checkpoint.open(ptuning)) {
                if (ptuning != null && prefix != null) {
                    PrefixReader.read(prefix, PrefixReader.fields(ptuning), config, KernelProvider.kernels(), team);
                }
                new ConvertedFolder(source, config, options, conversion, prefix).write(target);
            }
        }
    }

    private void write(Path target) throws IOException {
        List<TensorSource> tensors = tensors();
        adapters.requireAllUsed();
        byte[] config = config();
        NewFolder.write(target, folder -> {
            source.writeFiles(folder);
            Files.write(folder.resolve("config.json"), config);
            ShardedSafetensorsWriter.write(
                    folder, NewFolder.reported(tensors, options.progress()), METADATA, options.shardBytes());
        });
    }

    /** What the source says of itself, without what is no longer true. */
    private byte[] config() throws IOException {
        ObjectNode config = source.files().config().toJson();
        config.remove("quantization_bit");
        DType dtype = options.dtype() == null && unpacks ? DType.F32 : options.dtype();
        if (dtype != null) {
            config.put(config.has("dtype") ? "dtype" : "torch_dtype", torchName(dtype));
        }
        if (prefix != null) {
            PrefixReader.describe(prefix, config);
        }
        byte[] json = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(config);
        // The family must know every field that was added.
        ConfigFields written = ConfigFields.parse(json, source.files().config().file());
        written.standIn(ModelFolder.ADDED_TOKENS, options.specialTokens());
        source.family().architecture(written);
        return json;
    }

    private static String torchName(DType dtype) {
        return switch (dtype) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> "float32";
        };
    }

    /** All tensors in the order in which they are stored, so that reading and writing go through the files once. */
    private List<TensorSource> tensors() throws CheckpointException {
        List<TensorSource> tensors = new ArrayList<>();
        for (StoredTensor stored : source.checkpoint().tensors().values()) {
            boolean replaced = prefix != null && PrefixReader.isOfPrefix(stored.name());
            JoinedLatent whole = joined.stream()
                    .filter(latent -> latent.uses(stored))
                    .findFirst()
                    .orElse(null);
            if (whole != null) {
                if (whole.first().equals(stored)) {
                    tensors.add(joined(whole));
                }
            } else if (!replaced && !weights.isScale(stored.name())) {
                StoredTensor replacement = adapters.replacement(stored.name());
                tensors.add(tensor(replacement == null ? stored : replacement, weights.isScaled(stored.name())));
            }
        }
        if (prefix != null) {
            for (StoredTensor stored : prefix.tensors().values()) {
                if (PrefixReader.isOfPrefix(stored.name())) {
                    tensors.add(tensor(stored, false));
                }
            }
        }
        return tensors;
    }

    private TensorSource tensor(StoredTensor tensor, boolean scaled) throws CheckpointException {
        String name = tensor.name();
        if (scaled || adapters.haveFactors(name)) {
            int rows = rows(tensor);
            int columns = columns(tensor) * (scaled ? packed() : 1);
            RowSource values = weights.rows(name, rows, columns);
            return converted(tensor, List.of((long) rows, (long) columns), values, scaled);
        }
        return switch (tensor.dtype()) {
            case I64, I32, I16, I8, U8, BOOL -> TensorSource.of(tensor);
            default -> {
                boolean same = !tensor.dtype().isBlocked() && type(tensor, false) == tensor.dtype();
                yield same || tensor.elements() == 0
                        ? TensorSource.of(tensor)
                        : converted(
                                tensor,
                                tensor.shape(),
                                new StoredRows(tensor, rows(tensor), columns(tensor)),
                                tensor.dtype().isBlocked());
            }
        };
    }

    private TensorSource joined(JoinedLatent whole) {
        boolean blocked = whole.first().dtype().isBlocked();
        unpacks |= blocked;
        DType type = type(whole.first(), blocked);
        List<Long> shape = List.of((long) whole.rows(), (long) whole.columns());
        return new TensorSource(whole.name(), type, shape, new FloatContent(whole.first(), whole, type));
    }

    private TensorSource converted(StoredTensor tensor, List<Long> shape, RowSource values, boolean unpacked) {
        unpacks |= unpacked;
        DType type = type(tensor, unpacked);
        return new TensorSource(tensor.name(), type, shape, new FloatContent(tensor, values, type));
    }

    /** The type that a tensor of floats gets. */
    private DType type(StoredTensor tensor, boolean unpacked) {
        DType stored = unpacked ? DType.F32 : tensor.dtype();
        DType chosen = options.dtype();
        return chosen == null || tensor.name().endsWith(ROUTER_CORRECTION) ? stored : chosen;
    }

    /** Columns in a byte of THUDM's integers. */
    private int packed() throws CheckpointException {
        int bits = source.files().config().integer("quantization_bit", 4, 8);
        return 8 / bits;
    }

    private static int columns(StoredTensor tensor) throws CheckpointException {
        long columns = tensor.shape().isEmpty() ? 1 : tensor.shape().getLast();
        if (columns > Integer.MAX_VALUE / Double.BYTES) {
            throw new CheckpointException(tensor.file() + ": tensor \"" + tensor.name() + "\" of shape "
                    + tensor.shape() + " has rows of " + columns + " elements, too many to be converted");
        }
        return (int) columns;
    }

    private static int rows(StoredTensor tensor) throws CheckpointException {
        long rows = tensor.elements() / Math.max(1, columns(tensor));
        if (rows > Integer.MAX_VALUE) {
            throw new CheckpointException(tensor.file() + ": tensor \"" + tensor.name() + "\" of shape "
                    + tensor.shape() + " has " + rows + " rows, too many to be converted");
        }
        return (int) rows;
    }
}

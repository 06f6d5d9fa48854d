package io.github.glmjava.family;

import io.github.glmjava.ConversionOptions;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.ShardedSafetensorsWriter;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a model folder anew with quantised weights. It appears under its name when it is complete. One matrix at a time is
 * quantised and in memory.
 */
public final class QuantizedFolder {
    private static final int ALIGNMENT = 64;

    private final Checkpoint checkpoint;
    private final QuantizationPlan plan;
    private final WorkerTeam team;
    private final LoadOptions options;

    private QuantizedFolder(Checkpoint checkpoint, QuantizationPlan plan, WorkerTeam team, LoadOptions options) {
        this.checkpoint = checkpoint;
        this.plan = plan;
        this.team = team;
        this.options = options;
    }

    /**
     * Writes the folder.
     *
     * @param source a model folder
     * @param target must not exist, or be an empty folder
     * @param options the weights' format, the threads, and who hears of the progress
     * @throws CheckpointException if the source is malformed, unsupported or quantised already
     * @throws FileAlreadyExistsException if there is something at the target
     * @throws IOException if reading or writing fails; nothing is left then
     */
    public static void write(Path source, Path target, LoadOptions options) throws IOException {
        if (options.weights() == WeightFormat.AS_STORED) {
            throw new IllegalArgumentException("a format is needed to quantise to, found " + options.weights());
        }
        if (!options.lora().isEmpty() || options.ptuning() != null) {
            throw new IllegalArgumentException("adapters and prefixes are not written into a quantised folder");
        }
        NewFolder.requireFree(target);
        try (ModelSource model = ModelSource.open(source, options.specialTokens());
                WorkerTeam team = new WorkerTeam(options.threads())) {
            Checkpoint checkpoint = model.checkpoint();
            if (QuantizedTensors.areIn(checkpoint)) {
                throw new CheckpointException(
                        checkpoint.file() + ": the weights are quantised already: quantise the original model");
            }
            if (checkpoint.tensors().values().stream()
                    .anyMatch(tensor -> tensor.dtype().isBlocked())) {
                throw new CheckpointException(
                        checkpoint.file() + ": the weights are quantised already, in blocks of GGUF:"
                                + " load it as it is, or convert it to safetensors first");
            }
            QuantizationPlan plan = plan(model.files(), model.family(), checkpoint, team, options.weights());
            new QuantizedFolder(checkpoint, plan, team, options).write(model, target);
        }
    }

    /** Builds the network as it is stored, which checks everything, too. */
    private static QuantizationPlan plan(
            ModelFolder files, ModelFamily family, Checkpoint checkpoint, WorkerTeam team, WeightFormat format)
            throws IOException {
        GlmConfig config = family.architecture(files.config());
        QuantizationPlan plan = new QuantizationPlan();
        try (Arena unused = Arena.ofShared()) {
            WeightConversion conversion =
                    new WeightConversion(WeightRecipe.of(format), false, LoraAdapters.none(), unused, team, plan);
            NetworkLoader.load(
                    checkpoint, config, family.tensorNames(), KernelProvider.kernels(), conversion, layers -> {});
        }
        return plan;
    }

    private void write(ModelSource source, Path target) throws IOException {
        NewFolder.write(target, folder -> {
            source.writeFiles(folder);
            ShardedSafetensorsWriter.write(
                    folder,
                    NewFolder.reported(tensors(), options.progress()),
                    QuantizedTensors.metadata(options.weights(), QuantizedTensors.parameters(checkpoint)),
                    ConversionOptions.DEFAULT_SHARD_BYTES);
        });
    }

    /** All tensors in the order in which they are stored, so that reading and writing go through the files once. */
    private List<TensorSource> tensors() {
        List<TensorSource> tensors = new ArrayList<>();
        for (StoredTensor tensor : checkpoint.tensors().values()) {
            List<QuantizationPlan.Entry> entries = plan.find(tensor.name());
            if (plan.keeps(tensor.name()) || (entries.isEmpty() && !isScale(tensor.name()))) {
                tensors.add(TensorSource.of(tensor));
            }
            for (QuantizationPlan.Entry entry : entries) {
                tensors.add(quantized(entry));
            }
        }
        return tensors;
    }

    /** Whether these are the scales of a matrix of integers, which become a part of the quantised one. */
    private boolean isScale(String name) {
        String suffix = StoredWeights.SCALE_SUFFIX;
        return name.endsWith(suffix)
                && !plan.find(name.substring(0, name.length() - suffix.length()))
                        .isEmpty();
    }

    private TensorSource quantized(QuantizationPlan.Entry entry) {
        MatrixStack source = entry.source();
        MatrixFormat format = entry.format();
        return new TensorSource(
                entry.name(),
                DType.U8,
                QuantizedTensors.shape(format, source.count(), source.rows(), source.columns()),
                out -> quantize(entry, out));
    }

    private void quantize(QuantizationPlan.Entry entry, WritableByteChannel out) throws IOException {
        MatrixStack source = entry.source();
        long bytes = entry.format().bytes(source.rows(), source.columns());
        try (Arena arena = Arena.ofShared()) {
            MemorySegment data = arena.allocate(bytes, ALIGNMENT);
            for (int part = 0; part < source.count(); part++) {
                QuantizedTensors.quantize(entry.name(), source.parts().apply(part), entry.format(), data, team);
                TensorSource.of(entry.name(), DType.U8, List.of(bytes), data)
                        .content()
                        .writeTo(out);
            }
        }
    }
}

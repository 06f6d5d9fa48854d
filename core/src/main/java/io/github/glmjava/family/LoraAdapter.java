package io.github.glmjava.family;

import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One low-rank adapter as PEFT saves it: {@code adapter_config.json} and {@code adapter_model.safetensors} or
 * {@code adapter_model.bin}.
 *
 * @param factors by the name of the weight that they are added to
 * @param replacements tensors that take the place of the base model's, by name
 */
record LoraAdapter(Path folder, Map<String, LoraFactors> factors, Map<String, StoredTensor> replacements) {
    private static final String PREFIX = "base_model.model.";

    /** The name of the adapter in PEFT's memory, which some versions save, comes before or after what it is. */
    private static final Pattern FACTOR = Pattern.compile("(.+)\\.lora_(embedding_)?([AB])(\\.default)?(\\.weight)?");

    private static final Pattern SAVED = Pattern.compile("(.+)\\.modules_to_save(\\.default)?\\.([a-z_]+)");

    /**
     * Reads an adapter.
     *
     * @param weight how much of it is added; 1 is what it was trained for
     * @param arena owns what the adapter replaces
     */
    static LoraAdapter read(Path folder, double weight, Arena arena) throws IOException {
        LoraConfig config = LoraConfig.read(folder.resolve("adapter_config.json"));
        Path safetensors = folder.resolve("adapter_model.safetensors");
        try (Checkpoint checkpoint =
                Checkpoint.open(Files.exists(safetensors) ? safetensors : folder.resolve("adapter_model.bin"))) {
            return of(folder, config, checkpoint, weight, arena);
        }
    }

    /** An adapter of this configuration and these tensors. */
    static LoraAdapter of(Path folder, LoraConfig config, Checkpoint checkpoint, double weight, Arena arena)
            throws CheckpointException {
        Map<String, StoredTensor[]> pairs = new LinkedHashMap<>();
        Map<String, StoredTensor> replacements = new LinkedHashMap<>();
        for (StoredTensor tensor : checkpoint.tensors().values()) {
            Matcher factor = FACTOR.matcher(tensor.name());
            if (factor.matches()) {
                boolean embedding = factor.group(2) != null;
                String module = (embedding ? "embedding " : "") + baseName(tensor, factor.group(1));
                pairs.computeIfAbsent(module, name -> new StoredTensor[2])[
                        factor.group(3).equals("A") ? 0 : 1] = tensor;
            } else {
                Matcher saved = SAVED.matcher(tensor.name());
                String name = baseName(tensor, saved.matches() ? saved.group(1) + "." + saved.group(3) : tensor.name());
                if (!config.replacesTensors()) {
                    throw wrong(tensor, "belongs to no low-rank update, and adapter_config.json saves no modules");
                }
                if (weight != 1) {
                    throw wrong(
                            tensor, "replaces one of the model, which can only be done with weight 1, found " + weight);
                }
                replacements.put(name, copied(name, tensor, arena));
            }
        }
        Map<String, LoraFactors> factors = new LinkedHashMap<>();
        for (Map.Entry<String, StoredTensor[]> pair : pairs.entrySet()) {
            boolean embedding = pair.getKey().startsWith("embedding ");
            String module = embedding ? pair.getKey().substring("embedding ".length()) : pair.getKey();
            LoraFactors added = factors(module, pair.getValue(), config, weight, embedding);
            if (factors.put(module + ".weight", added) != null) {
                throw new CheckpointException(
                        checkpoint.file() + ": module \"" + module + "\" has two low-rank updates");
            }
        }
        return new LoraAdapter(folder, factors, replacements);
    }

    private static String baseName(StoredTensor tensor, String name) throws CheckpointException {
        if (!name.startsWith(PREFIX)) {
            throw wrong(tensor, "does not begin with " + PREFIX);
        }
        return name.substring(PREFIX.length());
    }

    private static StoredTensor copied(String name, StoredTensor tensor, Arena arena) throws CheckpointException {
        MemorySegment copy = arena.allocate(tensor.data().byteSize(), Long.BYTES);
        tensor.read(copy::copyFrom);
        return new StoredTensor(name, tensor.dtype(), tensor.shape(), copy.asReadOnly(), tensor.file());
    }

    /** An embedding's factors are saved the other way round: A is {@code rank x rows}, B is {@code columns x rank}. */
    private static LoraFactors factors(
            String module, StoredTensor[] pair, LoraConfig config, double weight, boolean embedding)
            throws CheckpointException {
        StoredTensor a = pair[0];
        StoredTensor b = pair[1];
        if (a == null || b == null) {
            throw wrong(a == null ? b : a, "has no partner: lora_A and lora_B belong together");
        }
        double rank = config.rank(module);
        if (a.shape().size() != 2 || a.shape().get(0) != rank || a.shape().get(1) == 0) {
            throw wrong(a, "has shape " + a.shape() + ", expected [" + (long) rank + ", features]");
        }
        if (b.shape().size() != 2 || b.shape().get(1) != rank || b.shape().get(0) == 0) {
            throw wrong(b, "has shape " + b.shape() + ", expected [features, " + (long) rank + "]");
        }
        float[] down = embedding ? transposed(b.toFloats(), (int) rank) : a.toFloats();
        float[] up = embedding ? transposed(a.toFloats(), a.shape().get(1).intValue()) : b.toFloats();
        double scaling = config.scaling(module) * weight;
        for (int i = 0; i < up.length; i++) {
            up[i] = (float) (up[i] * scaling);
        }
        return new LoraFactors((int) rank, down, up);
    }

    private static float[] transposed(float[] values, int columns) {
        int rows = values.length / columns;
        float[] result = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                result[column * rows + row] = values[row * columns + column];
            }
        }
        return result;
    }

    private static CheckpointException wrong(StoredTensor tensor, String problem) {
        return new CheckpointException(tensor.file() + ": tensor \"" + tensor.name() + "\" " + problem);
    }
}

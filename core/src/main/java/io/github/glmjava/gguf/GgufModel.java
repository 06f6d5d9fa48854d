package io.github.glmjava.gguf;

import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufFile;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A GGUF file with the tensor names and the configuration that the same model has in its published layout. Rotary
 * embeddings need no permutation: llama.cpp's converters leave the queries and keys of these architectures as they are.
 */
public final class GgufModel implements Checkpoint {
    private static final Pattern IN_BLOCK = Pattern.compile("blk\\.(\\d{1,4})\\.(.+)\\.(weight|bias)");

    /** The router's correction, whose name has no {@code weight} or {@code bias} when it is published. */
    private static final String CORRECTION = "exp_probs_b";

    private final GgufFile file;
    private final ObjectNode config;
    private final Map<String, StoredTensor> tensors;

    private GgufModel(GgufFile file) throws CheckpointException {
        this.file = file;
        if (file.metadata().has("split.count") && file.metadata().whole("split.count", 0, 1 << 16) > 1) {
            throw file.metadata().wrong("split.count", "1: merge the parts with llama-gguf-split --merge");
        }
        GgufDialect dialect = GgufDialects.of(file);
        config = JsonMapper.shared().createObjectNode();
        String architecture = file.metadata().text("general.architecture");
        dialect.config().write(new GgufFields(file.metadata(), architecture), file, config);
        tensors = Collections.unmodifiableMap(published(dialect));
    }

    /**
     * Opens a file.
     *
     * @throws CheckpointException if it is malformed, or not a GLM
     */
    @SuppressWarnings("MustBeClosedChecker") // closed by close()
    public static GgufModel open(Path path) throws IOException {
        GgufFile file = GgufFile.open(path);
        try {
            return new GgufModel(file);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** The {@code config.json} that the published folder has. */
    public byte[] config() {
        return JsonMapper.shared().writeValueAsBytes(config);
    }

    /**
     * The {@code generation_config.json} that the published folder has; null if the file says nothing of it.
     *
     * @throws CheckpointException if it is malformed
     */
    public byte @Nullable [] generationConfig() throws CheckpointException {
        return GgufSampling.generationConfig(file.metadata());
    }

    /**
     * The tokenizer and the prompts of the file; null if it has none.
     *
     * @throws IOException if they are malformed or not supported
     */
    public @Nullable PromptFormat promptFormat() throws IOException {
        GgufTokenizer tokenizer = tokenizer();
        return tokenizer == null ? null : tokenizer.promptFormat(file.path());
    }

    private @Nullable GgufTokenizer tokenizer() throws CheckpointException {
        return GgufTokenizer.read(file.metadata(), GgufFields.vocabulary(file));
    }

    /** Writes into a folder what the published one has beside the weights. */
    public void writeFiles(Path folder) throws IOException {
        Files.write(folder.resolve("config.json"), config());
        byte[] generation = generationConfig();
        if (generation != null) {
            Files.write(folder.resolve("generation_config.json"), generation);
        }
        GgufTokenizer tokenizer = tokenizer();
        if (tokenizer != null) {
            tokenizer.writeFiles(folder);
        }
    }

    private Map<String, StoredTensor> published(GgufDialect dialect) throws CheckpointException {
        Map<String, StoredTensor> published = new LinkedHashMap<>();
        for (StoredTensor tensor : file.tensors().values()) {
            String name = name(tensor.name(), dialect);
            for (StoredTensor part : parts(tensor, name)) {
                if (published.put(part.name(), part) != null) {
                    throw new CheckpointException(file.path() + ": two tensors are \"" + part.name() + "\"");
                }
            }
        }
        String head = dialect.rootNames().get("output") + ".weight";
        StoredTensor embedding = file.tensors().get("token_embd.weight");
        if (embedding != null && !config.path("tie_word_embeddings").asBoolean(false)) {
            published.putIfAbsent(head, renamed(embedding, head));
        }
        return published;
    }

    private List<StoredTensor> parts(StoredTensor tensor, String name) throws CheckpointException {
        if (name.contains("*")) {
            return GgufParts.each(tensor, name);
        }
        if (name.contains(GgufDialects.QUERY_KEY_VALUE)) {
            long headSize = config.path("head_dim").asLong();
            long queries = config.path("num_attention_heads").asLong() * headSize;
            long keys = config.path("num_key_value_heads").asLong() * headSize;
            List<String> names = Stream.of("q", "k", "v")
                    .map(part -> name.replace(GgufDialects.QUERY_KEY_VALUE, "self_attn." + part + "_proj"))
                    .toList();
            return GgufParts.rows(tensor, names, List.of(queries, keys, keys));
        }
        return List.of(renamed(tensor, name));
    }

    /** A name that is not known stays as it is, so that it is reported as not used. */
    private static String name(String name, GgufDialect dialect) {
        Matcher inBlock = IN_BLOCK.matcher(name);
        if (inBlock.matches()) {
            String block = dialect.blockPrefix() + Integer.parseInt(inBlock.group(1)) + ".";
            if (inBlock.group(2).equals(CORRECTION)) {
                return block + "mlp.gate.e_score_correction_bias";
            }
            String module = dialect.blockNames().get(inBlock.group(2));
            return module == null ? name : block + module + "." + inBlock.group(3);
        }
        if (name.endsWith(".weight")) {
            String module = dialect.rootNames().get(name.substring(0, name.length() - ".weight".length()));
            return module == null ? name : module + ".weight";
        }
        return name;
    }

    private static StoredTensor renamed(StoredTensor tensor, String name) {
        return new StoredTensor(name, tensor.dtype(), tensor.shape(), tensor.data(), tensor.file());
    }

    @Override
    public Path file() {
        return file.path();
    }

    @Override
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public void close() {
        file.close();
    }
}

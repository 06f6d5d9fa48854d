package io.github.glmjava;

import io.github.glmjava.family.LoraAdapters;
import io.github.glmjava.family.ModelFamilies;
import io.github.glmjava.family.ModelFamily;
import io.github.glmjava.family.ModelFolder;
import io.github.glmjava.family.NetworkLoader;
import io.github.glmjava.family.PrefixReader;
import io.github.glmjava.family.WeightConversion;
import io.github.glmjava.generation.GenerationConfigReader;
import io.github.glmjava.generation.GenerationSetup;
import io.github.glmjava.generation.TokenHistory;
import io.github.glmjava.gguf.GgufModel;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.GlmNetwork;
import io.github.glmjava.layer.KeyValueCache;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.layer.Prefix;
import io.github.glmjava.tensor.CacheFormat;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.Kernels;
import io.github.glmjava.tensor.MatrixFormat;
import io.github.glmjava.tensor.WeightArena;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.GgufFile;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A GLM, loaded from a model folder as it was published.
 *
 * <pre>{@code
 * try (GlmModel model = GlmModel.load(Path.of("chatglm3-6b"))) {
 *     System.out.println(model.generate("What is the tallest mountain on Earth?"));
 * }
 * }</pre>
 *
 * <p>Immutable and safe for use by many threads: each generation and each chat session has a state of its own. Closing
 * unmaps the weights and ends the worker threads; generations that are running then fail with an
 * {@link IllegalStateException}.
 */
public final class GlmModel implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final WorkerTeam team;
    private final WeightArena weightArena;
    private final Kernels kernels;
    private final GlmNetwork network;
    private final LoadOptions options;
    private final ModelInfo info;
    private final @Nullable PromptFormat promptFormat;
    private final GenerationSetup setup;
    private final Generator generator;
    private volatile boolean open = true;

    private GlmModel(
            ModelFolder folder,
            ModelFamily family,
            Checkpoint checkpoint,
            WorkerTeam team,
            WeightArena weightArena,
            LoadOptions options)
            throws IOException {
        this.checkpoint = checkpoint;
        this.team = team;
        this.weightArena = weightArena;
        this.options = options;
        kernels = KernelProvider.kernels();
        GlmConfig config = family.architecture(folder.config());
        options.progress().onProgress("tokenizer", 0);
        promptFormat = family.promptFormat(folder.path());
        setup = GenerationSetup.of(
                promptFormat == null ? new MissingTokenizer(config.vocabularySize()) : promptFormat,
                GenerationConfigReader.read(folder.path()),
                folder.config().tokenIds("eos_token_id").stream()
                        .mapToInt(Integer::intValue)
                        .toArray());
        generator = new Generator(setup);
        GlmNetwork loaded = NetworkLoader.load(
                checkpoint,
                config,
                family.tensorNames(),
                kernels,
                conversion(options),
                layers -> options.progress().onProgress("weights", (double) layers / config.layers()));
        network = loaded.withPrefix(prefix(folder, config));
        info = describe(family, config);
    }

    /** A prefix may come in a folder of its own, or in the model's, whose configuration then mentions it. */
    private @Nullable Prefix prefix(ModelFolder folder, GlmConfig config) throws IOException {
        Path source = options.ptuning();
        if (source == null && folder.config().isSet("pre_seq_len")) {
            source = folder.path();
        }
        return source == null ? null : PrefixReader.read(source, config, kernels, team);
    }

    /**
     * Loads a model with the default options.
     *
     * @param folder holds {@code config.json}, the weights, and for text the tokenizer's file; or a file of GGUF
     * @throws io.github.glmjava.weights.CheckpointException if the configuration or the weights are malformed,
     *     unsupported or do not fit together
     * @throws io.github.glmjava.tokenizer.TokenizerException if the tokenizer's file is malformed or unsupported
     * @throws IOException if a file cannot be read
     */
    public static GlmModel load(Path folder) throws IOException {
        return load(folder, LoadOptions.defaults());
    }

    /**
     * Loads a model.
     *
     * @param folder holds {@code config.json}, the weights, and for text the tokenizer's file; or a file of GGUF
     * @throws IOException as {@link #load(Path)}; nothing stays open then
     */
    public static GlmModel load(Path folder, LoadOptions options) throws IOException {
        if (GgufFile.isGguf(folder)) {
            return loadGguf(folder, options);
        }
        ModelFolder files = ModelFolder.read(folder);
        ModelFamily family = ModelFamilies.of(files);
        return load(files, family, Checkpoint.open(folder), options);
    }

    /** What a folder would have beside the weights is unpacked and read like a folder's. */
    @SuppressWarnings("MustBeClosed") // closed by close()
    private static GlmModel loadGguf(Path file, LoadOptions options) throws IOException {
        GgufModel checkpoint = GgufModel.open(file);
        ModelFolder files;
        ModelFamily family;
        Path folder = Files.createTempDirectory("gguf");
        try {
            try {
                checkpoint.writeSmallFiles(folder);
                files = ModelFolder.read(folder);
                family = ModelFamilies.of(files);
            } catch (IOException | RuntimeException | Error e) {
                checkpoint.close();
                throw e;
            }
            return load(files, family, checkpoint, options);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    @SuppressWarnings("MustBeClosed") // closed by close()
    private static GlmModel load(ModelFolder files, ModelFamily family, Checkpoint checkpoint, LoadOptions options)
            throws IOException {
        WorkerTeam team = new WorkerTeam(options.threads());
        WeightArena arena = WeightArena.open(checkpointBytes(checkpoint));
        try {
            checkpoint.tensors().values().forEach(tensor -> arena.adviseHugePages(tensor.data()));
            return new GlmModel(files, family, checkpoint, team, arena, options);
        } catch (IOException | RuntimeException | Error e) {
            team.close();
            arena.close();
            checkpoint.close();
            throw e;
        }
    }

    private static long checkpointBytes(Checkpoint checkpoint) {
        return checkpoint.tensors().values().stream()
                .mapToLong(tensor -> tensor.data().byteSize())
                .sum();
    }

    private WeightConversion conversion(LoadOptions chosen) throws IOException {
        LoraAdapters adapters = LoraAdapters.read(chosen.lora(), weightArena);
        boolean copies = chosen.memory() == WeightMemory.COPIED;
        return switch (chosen.weights()) {
            case AS_STORED -> new WeightConversion(null, null, copies, adapters, weightArena, team);
            case Q8 -> new WeightConversion(MatrixFormat.Q8, MatrixFormat.Q8, copies, adapters, weightArena, team);
            case Q4 -> new WeightConversion(MatrixFormat.Q4, MatrixFormat.Q8, copies, adapters, weightArena, team);
        };
    }

    private ModelInfo describe(ModelFamily family, GlmConfig config) {
        long parameters = 0;
        Map<String, Long> bytesByType = new TreeMap<>();
        for (StoredTensor tensor : checkpoint.tensors().values()) {
            parameters += tensor.elements();
            bytesByType.merge(tensor.dtype().name(), tensor.data().byteSize(), Long::sum);
        }
        return new ModelInfo(
                family.name(),
                config.layers(),
                config.hiddenSize(),
                config.attention().heads(),
                config.attention().groups(),
                config.attention().keySize(),
                config.feedForward().size(),
                config.vocabularySize(),
                config.contextLength(),
                parameters,
                checkpointBytes(checkpoint),
                bytesByType,
                network.weightBytes(),
                KeyValueCache.bytesPerToken(config, cacheFormat()),
                kernels.description(),
                team.threads());
    }

    /** What this model is. */
    public ModelInfo info() {
        return info;
    }

    /**
     * Answers one message of a user, with the model's own generation defaults.
     *
     * @param text what the user says
     * @return the answer
     * @throws IllegalArgumentException if the text is longer than the model's context
     */
    public String generate(String text) {
        return generate(GenerationRequest.ofText(text)).answer();
    }

    /**
     * Generates.
     *
     * @throws IllegalArgumentException if the prompt is empty or too long, or an option does not fit the model
     * @throws IllegalStateException if the model is closed, or a text is given and the folder has no tokenizer
     */
    public GenerationResult generate(GenerationRequest request) {
        return run(request, null);
    }

    /**
     * Generates, token by token.
     *
     * @param listener hears every token on this thread before the next one is computed
     * @throws IllegalArgumentException as {@link #generate(GenerationRequest)}
     * @throws IllegalStateException as {@link #generate(GenerationRequest)}
     */
    public GenerationResult generate(GenerationRequest request, TokenListener listener) {
        return run(request, listener);
    }

    private GenerationResult run(GenerationRequest request, @Nullable TokenListener listener) {
        try (TokenHistory tokens = new TokenHistory(newSequence())) {
            return generator.generate(tokens, request, listener);
        }
    }

    /** Starts a conversation with the model's own generation defaults. */
    public ChatSession chat() {
        return chat(ChatOptions.builder().build());
    }

    /** Starts a conversation. */
    public ChatSession chat(ChatOptions chatOptions) {
        return new ChatSession(setup, newSequence(), chatOptions);
    }

    /**
     * The bare forward pass.
     *
     * @param ids the tokens from position 0 on, at least one
     * @return {@code ids.length x vocabularySize} logits: row i follows token i
     * @throws IllegalArgumentException if an id is not in the vocabulary or the tokens exceed the context
     */
    public float[][] logits(int... ids) {
        checkOpen();
        return newNetworkSequence().appendForLogits(ids);
    }

    private ModelSequence newSequence() {
        checkOpen();
        return new ModelSequence(newNetworkSequence(), () -> open);
    }

    private NetworkSequence newNetworkSequence() {
        return new NetworkSequence(network, kernels, team, options.prefillChunk(), cacheFormat());
    }

    private CacheFormat cacheFormat() {
        return switch (options.keyValues()) {
            case F32 -> CacheFormat.F32;
            case BF16 -> CacheFormat.BF16;
            case Q8 -> CacheFormat.Q8;
        };
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("the model is closed");
        }
    }

    /**
     * The model's tokenizer.
     *
     * @throws IllegalStateException if the folder has none
     */
    public Tokenizer tokenizer() {
        return promptFormat().tokenizer();
    }

    /**
     * How the model's family builds prompts.
     *
     * @throws IllegalStateException if the folder has no tokenizer
     */
    public PromptFormat promptFormat() {
        if (promptFormat == null) {
            throw new IllegalStateException("the model folder has no tokenizer");
        }
        return promptFormat;
    }

    /** Unmaps the weights and ends the worker threads. May be called more than once. */
    @Override
    public void close() {
        if (open) {
            open = false;
            team.close();
            weightArena.close();
            checkpoint.close();
        }
    }
}

package io.github.glmjava;

import io.github.glmjava.family.ConvertedFolder;
import io.github.glmjava.family.LoadedNetwork;
import io.github.glmjava.family.ModelFamily;
import io.github.glmjava.family.ModelFolder;
import io.github.glmjava.family.ModelSource;
import io.github.glmjava.family.QuantizedFolder;
import io.github.glmjava.family.QuantizedTensors;
import io.github.glmjava.generation.GenerationConfigReader;
import io.github.glmjava.generation.GenerationDefaults;
import io.github.glmjava.generation.GenerationSetup;
import io.github.glmjava.generation.TokenHistory;
import io.github.glmjava.layer.BlankConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.KeyValueCache;
import io.github.glmjava.tokenizer.BlankText;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
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
    private final LoadedNetwork loaded;
    private final ModelInfo info;
    private final @Nullable PromptFormat promptFormat;
    private final GenerationSetup setup;
    private final Generator generator;
    private final @Nullable Filler filler;
    private volatile boolean open = true;

    @SuppressWarnings("MustBeClosed") // closed by close()
    private GlmModel(ModelSource source, LoadOptions options) throws IOException {
        ModelFolder folder = source.files();
        ModelFamily family = source.family();
        GlmConfig config = family.architecture(folder.config());
        options.progress().onProgress("tokenizer", 0);
        promptFormat = source.promptFormat();
        setup = GenerationSetup.of(
                promptFormat == null ? new MissingTokenizer(config.vocabularySize()) : promptFormat,
                generationDefaults(source),
                endOfSequence(folder, config.blank()));
        generator = new Generator(setup);
        filler = config.blank() == null || !config.blank().severalBlanks()
                ? null
                : new Filler(setup, config.blank(), config.contextLength());
        loaded = LoadedNetwork.load(folder, family, source.checkpoint(), options);
        info = describe(family, config);
    }

    private static GenerationDefaults generationDefaults(ModelSource source) throws IOException {
        Path path = source.files().path();
        byte[] embedded = source.generationConfig();
        return embedded == null
                ? GenerationConfigReader.read(path)
                : GenerationConfigReader.parse(embedded, path + ": general.sampling");
    }

    private static int[] endOfSequence(ModelFolder folder, @Nullable BlankConfig blank) throws IOException {
        Stream<Integer> endOfBlank = blank == null ? Stream.of() : blank.endTokens().stream();
        return Stream.concat(folder.config().tokenIds("eos_token_id").stream(), endOfBlank)
                .mapToInt(Integer::intValue)
                .toArray();
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
    @SuppressWarnings("MustBeClosedChecker") // the model closes it
    public static GlmModel load(Path folder, LoadOptions options) throws IOException {
        ModelSource source = ModelSource.open(folder, options.specialTokens());
        try {
            return new GlmModel(source, options);
        } catch (IOException | RuntimeException | Error e) {
            source.close(); // unless the network did it already, which does no harm
            throw e;
        }
    }

    /**
     * Writes a model folder anew with its weights in another format, to be loaded in a moment and shared between processes
     * like any other folder. It computes what the original computes when it is loaded in that format, to the bit. One matrix
     * at a time is in memory; the folder appears under its name when it is complete.
     *
     * @param source a model folder whose weights are not quantised by this method already
     * @param target must not exist, or be an empty folder
     * @param options the weights' format, the threads, and who hears of the progress; adapters are not supported
     * @throws IllegalArgumentException if the options name no format to quantise to, or adapters
     * @throws io.github.glmjava.weights.CheckpointException if the source is malformed, unsupported or quantised already
     * @throws java.nio.file.FileAlreadyExistsException if there is something at the target
     * @throws IOException if reading or writing fails; nothing is left at the target then
     */
    public static void quantize(Path source, Path target, LoadOptions options) throws IOException {
        QuantizedFolder.write(source, target, options);
    }

    /**
     * Writes a model as a published folder of safetensors with plain floats, whatever its files are: PyTorch's, the integers
     * of THUDM's releases and the blocks of GGUF are unpacked, adapters merged, a prefix included. A few rows at a time are in
     * memory; the folder appears under its name when it is complete.
     *
     * @param source a model folder or a file of GGUF
     * @param target must not exist, or be an empty folder
     * @throws io.github.glmjava.weights.CheckpointException if the source, an adapter or the prefix is malformed or
     *     unsupported, or a value is too large for the chosen type
     * @throws java.nio.file.FileAlreadyExistsException if there is something at the target
     * @throws IOException if reading or writing fails; nothing is left at the target then
     */
    public static void convert(Path source, Path target, ConversionOptions options) throws IOException {
        ConvertedFolder.write(source, target, options);
    }

    private ModelInfo describe(ModelFamily family, GlmConfig config) {
        Map<String, Long> bytesByType = new TreeMap<>();
        for (StoredTensor tensor : loaded.checkpoint().tensors().values()) {
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
                QuantizedTensors.parameters(loaded.checkpoint()),
                LoadedNetwork.bytes(loaded.checkpoint()),
                bytesByType,
                loaded.network().weights().bytes(),
                KeyValueCache.bytesPerToken(config, loaded.cacheFormat()),
                loaded.kernels(),
                loaded.threads());
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

    /**
     * Fills the blanks in a text, with the model's own generation defaults: {@link #fill(String, GenerationOptions)}.
     *
     * @return the spans and the text with them
     */
    public FillResult fill(String text) {
        return fill(text, GenerationOptions.unset());
    }

    /**
     * Fills the blanks in a text, as the original GLM can (Du et al. 2022). They are filled from the first to the last; each
     * filling sees the whole text and the fillings before it.
     *
     * @param text has {@code [MASK]} where some words are missing, {@code [sMASK]} for a sentence, {@code [gMASK]} for a longer text
     *     at the end, as far as the model knows them
     * @param options of each filling; {@code maxNewTokens} is 512 where it is unset
     * @return the spans and the text with them
     * @throws UnsupportedOperationException if the model's family does not fill blanks
     * @throws IllegalStateException if the model is closed or has no tokenizer
     * @throws IllegalArgumentException if the text has no blank or is too long, or an option does not fit the model
     */
    public FillResult fill(String text, GenerationOptions options) {
        Filler chosen = filler();
        return run(chosen, promptFormat().encodeBlanks(text), options);
    }

    /**
     * Fills the blanks among tokens.
     *
     * @param ids a text as the model's tokenizer frames it, with masks and without start tokens
     * @param options as in {@link #fill(String, GenerationOptions)}
     * @return the spans and the text with them, as far as there is a tokenizer
     * @throws UnsupportedOperationException if the model's family does not fill blanks
     * @throws IllegalStateException if the model is closed
     * @throws IllegalArgumentException if there is no mask, a start token, or too much, or an option does not fit the model
     */
    public FillResult fill(int[] ids, GenerationOptions options) {
        Filler chosen = filler();
        return chosen.decoded(run(chosen, chosen.blanks(ids), options), ids);
    }

    private Filler filler() {
        if (filler == null) {
            throw new UnsupportedOperationException(
                    "models of the family " + info.family() + " do not fill blanks: only the original GLM does");
        }
        return filler;
    }

    private FillResult run(Filler chosen, BlankText text, GenerationOptions options) {
        try (TokenHistory tokens = new TokenHistory(newSequence())) {
            return chosen.fill(tokens, text, options);
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
        return loaded.newSequence().appendForLogits(ids);
    }

    private ModelSequence newSequence() {
        checkOpen();
        return new ModelSequence(loaded.newSequence(), loaded.network().bytesPerToken(), () -> open);
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
            throw MissingTokenizer.noTokenizer();
        }
        return promptFormat;
    }

    /**
     * Unmaps the weights and ends the worker threads. What other threads are computing ends soon with an
     * {@link IllegalStateException}. May be called more than once.
     */
    @Override
    public void close() {
        if (open) {
            open = false;
            loaded.close();
        }
    }
}

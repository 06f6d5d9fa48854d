package io.github.glmjava.family;

import io.github.glmjava.layer.BlankConfig;
import io.github.glmjava.tokenizer.HuggingFaceTokenizer;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.SentencePieceTokenizer;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.tokenizer.WordPieceTokenizer;
import io.github.glmjava.tokenizer.glm.OriginalGlmNames;
import io.github.glmjava.tokenizer.glm.OriginalGlmPromptFormat;
import io.github.glmjava.tokenizer.glm.OriginalGlmTokenizer;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer's files of an original GLM: which of the classes of tokenization_glm.py they are for, and the ids of the special tokens,
 * which are in {@code added_tokens.json} or in the vocabulary itself. Not safe for use by several threads.
 */
final class OriginalGlmFiles {
    /** Other special tokens of RoBERTa's vocabulary, which have no text. */
    private static final List<String> HIDDEN = List.of("<pad>", "<unk>", "<mask>");

    /** The classes, with the one or two files that each reads. */
    private enum Kind {
        CHINESE("GLMChineseTokenizer", "cog-pretrain.model", "cog-pretrain.model"),
        BERT("GLMBertTokenizer", "vocab.txt", "vocab.txt"),
        GPT2("GLMGPT2Tokenizer", "vocab.json", "merges.txt"),
        ROBERTA("GLMRobertaTokenizer", "vocab.json", "merges.txt");

        private final String className;
        private final String vocabulary;
        private final String merges;

        Kind(String className, String vocabulary, String merges) {
            this.className = className;
            this.vocabulary = vocabulary;
            this.merges = merges;
        }

        boolean isIn(ConfigFields config) {
            return config.isBeside(vocabulary) && config.isBeside(merges);
        }
    }

    private final ConfigFields config;
    private final @Nullable ConfigFields added;
    private final @Nullable Kind kind;
    private final OriginalGlmNames names;
    private final int vocabulary;
    private @Nullable Tokenizer pieces;

    private OriginalGlmFiles(
            ConfigFields config,
            @Nullable ConfigFields added,
            @Nullable Kind kind,
            OriginalGlmNames names,
            int vocabulary) {
        this.config = config;
        this.added = added;
        this.kind = kind;
        this.names = names;
        this.vocabulary = vocabulary;
    }

    /**
     * Finds the files beside {@code config.json}.
     *
     * @throws CheckpointException if {@code tokenizer_config.json} names a class that is not known, or a file is malformed
     */
    static OriginalGlmFiles of(ConfigFields config) throws CheckpointException {
        ConfigFields settings =
                config.isBeside("tokenizer_config.json") ? config.beside("tokenizer_config.json") : null;
        Kind named = settings == null ? null : named(settings);
        // Only BERT's vocabulary has all that its class needs, and may have the rest.
        boolean needed = !config.isBeside(Kind.BERT.vocabulary);
        ConfigFields added =
                needed || config.isBeside(ModelFolder.ADDED_TOKENS) ? config.beside(ModelFolder.ADDED_TOKENS) : null;
        Kind kind = named == null ? present(config, added) : named;
        int vocabulary = config.integer("vocab_size", 1, 1 << 24);
        return new OriginalGlmFiles(config, added, kind, names(kind, settings), vocabulary);
    }

    private static @Nullable Kind named(ConfigFields settings) throws CheckpointException {
        String name = settings.text("tokenizer_class");
        for (Kind kind : Kind.values()) {
            if (name.isEmpty()
                    ? settings.mentions("auto_map", kind.className.toLowerCase(Locale.ROOT))
                    : name.equals(kind.className)) {
                return kind;
            }
        }
        if (name.isEmpty()) {
            return null;
        }
        List<String> known =
                Arrays.stream(Kind.values()).map(kind -> kind.className).toList();
        throw settings.wrong("tokenizer_class", '"' + name + '"', "one of " + known + ": no other is supported");
    }

    /** GPT-2's vocabulary has no token to begin a text with, so its kind adds one; RoBERTa's has. */
    private static @Nullable Kind present(ConfigFields config, @Nullable ConfigFields added) {
        for (Kind kind : Kind.values()) {
            boolean other = kind == Kind.GPT2
                    && added != null
                    && !added.has(OriginalGlmNames.threeMasks().begin());
            if (kind.isIn(config) && !other) {
                return kind;
            }
        }
        return null;
    }

    private static OriginalGlmNames names(@Nullable Kind kind, @Nullable ConfigFields settings)
            throws CheckpointException {
        boolean threeMasks = kind != Kind.BERT && kind != Kind.ROBERTA;
        OriginalGlmNames names = threeMasks
                ? OriginalGlmNames.threeMasks()
                : kind == Kind.BERT ? OriginalGlmNames.bert() : OriginalGlmNames.roberta();
        if (settings == null) {
            return names;
        }
        List<String> masks = new ArrayList<>(names.masks());
        masks.set(0, name(settings, "mask_token", masks.getFirst()));
        return new OriginalGlmNames(
                name(settings, "cls_token", names.begin()),
                name(settings, threeMasks ? "eos_token" : "sep_token", names.end()),
                name(settings, "eos_token", names.endOfText()),
                masks,
                names.keepsSpaceBehindMasks());
    }

    /** A token is its name, or an object with it. */
    private static String name(ConfigFields settings, String field, String absent) throws CheckpointException {
        if (!settings.has(field)) {
            return absent;
        }
        String name = settings.isObject(field) ? settings.object(field).text("content") : settings.text(field);
        if (name.isEmpty()) {
            throw settings.wrong(field, "empty", "the name of a token");
        }
        return name;
    }

    /**
     * How the model fills blanks. Other tokens that end a filling are among the {@link PromptFormat#stopIds} of a folder that has a
     * tokenizer; a vocabulary of many megabytes is not read for them here.
     *
     * @throws IOException if there is no start token or no mask, or a file is malformed
     */
    BlankConfig blank() throws IOException {
        List<Integer> masks = addedIds(names.masks());
        if (masks.isEmpty() && id(names.masks().getFirst()) >= 0) {
            masks = List.of(id(names.masks().getFirst()));
        }
        if (masks.isEmpty()) {
            throw new CheckpointException(
                    added().file() + ": expected the id of one or more of " + names.masks() + ", found none");
        }
        int start = id(OriginalGlmNames.START_OF_PIECE);
        if (start < 0) {
            start = added().integer(OriginalGlmNames.START_OF_PIECE, 0, vocabulary - 1); // says that it is missing
        }
        List<Integer> ends = addedIds(List.of(OriginalGlmNames.END_OF_PIECE, names.endOfText()));
        return new BlankConfig(start, ends, List.of(masks), true);
    }

    private ConfigFields added() throws CheckpointException {
        return added == null ? config.beside(ModelFolder.ADDED_TOKENS) : added;
    }

    private List<Integer> addedIds(List<String> tokens) throws CheckpointException {
        List<Integer> ids = new ArrayList<>();
        for (String token : tokens) {
            if (added != null && added.has(token)) {
                ids.add(added.integer(token, 0, vocabulary - 1));
            }
        }
        return ids;
    }

    /** The id of a token in {@code added_tokens.json}, else in the vocabulary, or -1. */
    private int id(String token) throws IOException {
        if (added != null && added.has(token)) {
            return added.integer(token, 0, vocabulary - 1);
        }
        int id = -1;
        if (pieces() instanceof WordPieceTokenizer bert) {
            id = bert.id(token);
        } else if (pieces() instanceof HuggingFaceTokenizer bytePairs) {
            id = bytePairs.id(token);
        }
        if (id >= vocabulary) {
            throw config.wrong("vocab_size", vocabulary, "more than " + id + ", the id of " + token);
        }
        return id;
    }

    private @Nullable Tokenizer pieces() throws IOException {
        if (pieces == null && kind != null && kind.isIn(config)) {
            Path file = config.file().resolveSibling(kind.vocabulary);
            pieces = switch (kind) {
                case CHINESE -> SentencePieceTokenizer.load(file);
                case BERT -> WordPieceTokenizer.load(file);
                case GPT2, ROBERTA -> HuggingFaceTokenizer.loadGpt2(file, file.resolveSibling(kind.merges));
            };
        }
        return pieces;
    }

    /** The model's prompts; null if a file that its kind of tokenizer needs is not there, or none is. */
    @Nullable
    PromptFormat promptFormat() throws IOException {
        Tokenizer file = pieces();
        if (file == null) {
            return null;
        }
        Map<String, Integer> ids = new HashMap<>();
        for (String token : added == null ? List.<String>of() : added.names()) {
            ids.put(token, id(token));
        }
        List<String> inVocabulary = new ArrayList<>(names.masks());
        inVocabulary.addAll(List.of(names.begin(), names.end(), names.endOfText()));
        inVocabulary.addAll(List.of(OriginalGlmNames.START_OF_PIECE, OriginalGlmNames.END_OF_PIECE));
        inVocabulary.addAll(kind == Kind.ROBERTA ? HIDDEN : List.of());
        for (String token : inVocabulary) {
            int id = id(token);
            if (id >= 0) {
                ids.put(token, id);
            }
        }
        try {
            return new OriginalGlmPromptFormat(new OriginalGlmTokenizer(file, ids, names));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(
                    config.file().resolveSibling(ModelFolder.ADDED_TOKENS) + ": " + e.getMessage(), e);
        }
    }
}

package io.github.glmjava.gguf;

import io.github.glmjava.tokenizer.HuggingFaceTokenizer;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufMetadata;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** Byte pairs, as {@code tokenizer.json} has them. */
final class GgufBytePairs {
    /** How texts are cut into words; both names stand for the one pattern of GLM-4 ({@code llama-vocab.cpp}). */
    private static final Set<String> SPLITTERS = Set.of("chatglm-bpe", "glm4");

    private static final String SPLITTER_KEY = "tokenizer.ggml.pre";
    private static final String MERGES_KEY = "tokenizer.ggml.merges";
    private static final int MAX_MERGES = 1 << 22;

    private GgufBytePairs() {}

    /** The file that says the same. */
    static byte[] tokenizerJson(GgufMetadata metadata, GgufVocabulary vocabulary) throws CheckpointException {
        if (!SPLITTERS.contains(metadata.text(SPLITTER_KEY))) {
            throw metadata.wrong(SPLITTER_KEY, "chatglm-bpe or glm4");
        }
        List<String> stored = metadata.texts(MERGES_KEY, MAX_MERGES);
        boolean madeOfRanks = madeOfRanks(stored);
        List<String> merges = madeOfRanks ? mergesOfRanks(vocabulary) : stored;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JsonMapper.shared().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringProperty("version", "1.0");
            writeAdded(json, metadata, vocabulary);
            writeSplitter(json);
            writeSurroundings(json, metadata, vocabulary);
            json.writeName("decoder");
            writeByteLevel(json);
            json.writeName("model");
            json.writeStartObject();
            json.writeStringProperty("type", "BPE");
            // By ranks, a word that is a token is taken at once, even if merging does not lead to it.
            json.writeBooleanProperty("ignore_merges", madeOfRanks);
            json.writeName("vocab");
            json.writeStartObject();
            for (int id = 0; id < vocabulary.size(); id++) {
                if (vocabulary.types().get(id) == GgufVocabulary.NORMAL) {
                    json.writeNumberProperty(vocabulary.tokens().get(id), id);
                }
            }
            json.writeEndObject();
            json.writeName("merges");
            json.writeStartArray();
            merges.forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /** Whether the file was made of ranks (tiktoken): merges of three and more parts, which never apply, show it. */
    private static boolean madeOfRanks(List<String> merges) {
        return merges.stream().anyMatch(merge -> merge.indexOf(' ') != merge.lastIndexOf(' '));
    }

    /**
     * The merges that ranks stand for: any two tokens that make up a third, the one with the lowest id first. The file names one way to
     * make each, or none that applies.
     */
    private static List<String> mergesOfRanks(GgufVocabulary vocabulary) {
        Set<String> tokens = new LinkedHashSet<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.types().get(id) == GgufVocabulary.NORMAL) {
                tokens.add(vocabulary.tokens().get(id));
            }
        }
        List<String> merges = new ArrayList<>();
        for (String token : tokens) {
            for (int end = 1; end < token.length(); end++) {
                String first = token.substring(0, end);
                String second = token.substring(end);
                if (tokens.contains(first) && tokens.contains(second)) {
                    merges.add(first + " " + second);
                }
            }
        }
        return merges;
    }

    private static void writeAdded(JsonGenerator json, GgufMetadata metadata, GgufVocabulary vocabulary)
            throws CheckpointException {
        json.writeName("added_tokens");
        json.writeStartArray();
        for (int id = 0; id < vocabulary.size(); id++) {
            int type = vocabulary.types().get(id);
            switch (type) {
                case GgufVocabulary.NORMAL, GgufVocabulary.UNUSED -> {}
                case GgufVocabulary.CONTROL, GgufVocabulary.USER_DEFINED -> {
                    json.writeStartObject();
                    json.writeNumberProperty("id", id);
                    json.writeStringProperty("content", vocabulary.tokens().get(id));
                    for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                        json.writeBooleanProperty(flag, false);
                    }
                    json.writeBooleanProperty("special", type == GgufVocabulary.CONTROL);
                    json.writeEndObject();
                }
                default ->
                    throw metadata.wrong(
                            GgufTokenizer.TYPES_KEY, "no token of type " + type + " among byte pairs, found " + id);
            }
        }
        json.writeEndArray();
    }

    private static void writeSplitter(JsonGenerator json) {
        json.writeName("pre_tokenizer");
        json.writeStartObject();
        json.writeStringProperty("type", "Sequence");
        json.writeName("pretokenizers");
        json.writeStartArray();
        json.writeStartObject();
        json.writeStringProperty("type", "Split");
        json.writeName("pattern");
        json.writeStartObject();
        json.writeStringProperty("Regex", HuggingFaceTokenizer.GLM4_PATTERN);
        json.writeEndObject();
        json.writeStringProperty("behavior", "Isolated");
        json.writeBooleanProperty("invert", false);
        json.writeEndObject();
        writeByteLevel(json);
        json.writeEndArray();
        json.writeEndObject();
    }

    /** What is put around a text, if that is wished. */
    private static void writeSurroundings(JsonGenerator json, GgufMetadata metadata, GgufVocabulary vocabulary)
            throws CheckpointException {
        json.writeName("post_processor");
        json.writeStartObject();
        json.writeStringProperty("type", "TemplateProcessing");
        json.writeName("single");
        json.writeStartArray();
        List<String> wished = new ArrayList<>();
        for (String name : List.of("bos", "", "eos")) {
            if (name.isEmpty()) {
                writePart(json, "Sequence", "A");
            } else if (metadata.flag("tokenizer.ggml.add_" + name + "_token", false)) {
                writePart(json, "SpecialToken", name);
                wished.add(name);
            }
        }
        json.writeEndArray();
        json.writeName("special_tokens");
        json.writeStartObject();
        for (String name : wished) {
            int id = (int) metadata.whole("tokenizer.ggml." + name + "_token_id", 0, vocabulary.size() - 1L);
            json.writeName(name);
            json.writeStartObject();
            json.writeStringProperty("id", name);
            json.writeName("ids");
            json.writeStartArray();
            json.writeNumber(id);
            json.writeEndArray();
            json.writeName("tokens");
            json.writeStartArray();
            json.writeString(vocabulary.tokens().get(id));
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writePart(JsonGenerator json, String kind, String id) {
        json.writeStartObject();
        json.writeName(kind);
        json.writeStartObject();
        json.writeStringProperty("id", id);
        json.writeNumberProperty("type_id", 0);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeByteLevel(JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("type", "ByteLevel");
        json.writeBooleanProperty("add_prefix_space", false);
        json.writeBooleanProperty("trim_offsets", true);
        json.writeBooleanProperty("use_regex", false);
        json.writeEndObject();
    }
}

package io.github.glmjava.cli;

import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the reference implementation computed for the model in a folder: expected.json, expected.safetensors. */
final class GoldenCase implements AutoCloseable {
    /** How far logits computed in 32 bits may be off where a case says nothing. */
    static final double DEFAULT_TOLERANCE = 2e-4;

    /** The names of THUDM/GLM's code for its special tokens, and those of its tokenizers on model hubs. */
    private static final Map<String, String> SPECIAL_TOKENS = Map.of(
            "cls", "[CLS]",
            "mask", "[MASK]",
            "smask", "[sMASK]",
            "gmask", "[gMASK]",
            "eot", "<|endoftext|>",
            "sop", "<|startofpiece|>",
            "eop", "<|endofpiece|>");

    private final Path file;
    private final JsonNode json;
    private final Checkpoint tensors;
    private final List<int[]> inputIds;
    private final List<int[]> greedyIds;
    private final List<double[]> margins;
    private final double tolerance;
    private final Map<String, Integer> specialTokens;

    private GoldenCase(Path file, JsonNode json, Checkpoint tensors) throws IOException {
        this.file = file;
        this.json = json;
        this.tensors = tensors;
        inputIds = readIds("input_ids");
        greedyIds = readIds("greedy_ids");
        margins = readMargins();
        tolerance = readTolerance();
        specialTokens = readSpecialTokens();
        if (inputIds.isEmpty() || inputIds.size() != greedyIds.size() || inputIds.size() != margins.size()) {
            throw new IOException(
                    file + ": expected input_ids, greedy_ids and greedy_top2_margin of one number of inputs,"
                            + " found " + inputIds.size() + ", " + greedyIds.size() + " and " + margins.size());
        }
        for (int input = 0; input < inputIds.size(); input++) {
            if (inputIds.get(input).length == 0) {
                throw new IOException(file + ": input_ids[" + input + "] is empty");
            }
            if (greedyIds.get(input).length != margins.get(input).length) {
                throw new IOException(file + ": greedy_ids[" + input + "] has " + greedyIds.get(input).length
                        + " steps, but greedy_top2_margin[" + input + "] " + margins.get(input).length);
            }
        }
    }

    /** Opens the case in a folder. */
    static GoldenCase open(Path folder) throws IOException {
        Path file = folder.resolve("expected.json");
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no expected.json in " + folder + ", so this is not a case", e);
        } catch (JacksonException e) {
            throw new IOException(file + ": not JSON: " + e.getOriginalMessage(), e);
        }
        Checkpoint tensors = Checkpoint.open(folder.resolve("expected.safetensors"));
        try {
            return new GoldenCase(file, json, tensors);
        } catch (IOException | RuntimeException e) {
            tensors.close();
            throw e;
        }
    }

    /** The number of prompts. */
    int inputs() {
        return inputIds.size();
    }

    /** A prompt. */
    int[] inputIds(int input) {
        return inputIds.get(input);
    }

    /** The most likely token at each step after a prompt. */
    int[] greedyIds(int input) {
        return greedyIds.get(input);
    }

    /** The best logit minus the second best at each of those steps. */
    double[] margins(int input) {
        return margins.get(input);
    }

    /** Whether the model has mixtures of experts: the case then says how close their choice was. */
    boolean hasExperts() {
        return json.has("min_router_gap");
    }

    /** How far logits may be off. */
    double tolerance() {
        return tolerance;
    }

    /** The logits of a prompt, [tokens][vocabulary], with the number of tokens checked. */
    float[][] logits(int input) throws IOException {
        StoredTensor tensor = tensors.tensor("logits." + input);
        int tokens = inputIds(input).length;
        if (tensor.shape().size() != 2 || tensor.shape().get(0) != tokens) {
            throw new IOException(tensors.file() + ": expected logits." + input + " to have the shape [" + tokens
                    + ", vocabulary], found " + tensor.shape());
        }
        float[] values = tensor.toFloats();
        int vocabulary = values.length / tokens;
        float[][] logits = new float[tokens][vocabulary];
        for (int token = 0; token < tokens; token++) {
            System.arraycopy(values, token * vocabulary, logits[token], 0, vocabulary);
        }
        return logits;
    }

    /**
     * The ids of special tokens by their names in {@code added_tokens.json}, which a case may give where the model's files do
     * not have them.
     */
    Map<String, Integer> specialTokens() {
        return specialTokens;
    }

    @Override
    public void close() {
        tensors.close();
    }

    private Map<String, Integer> readSpecialTokens() throws IOException {
        Map<String, Integer> ids = new HashMap<>();
        for (Map.Entry<String, String> token : SPECIAL_TOKENS.entrySet()) {
            JsonNode id = json.path("special_ids").path(token.getKey());
            if (id.isMissingNode()) {
                continue;
            }
            if (!id.isInt() || id.intValue() < 0) {
                throw wrong("special_ids." + token.getKey(), "a token id", id);
            }
            ids.put(token.getValue(), id.intValue());
        }
        return ids;
    }

    private double readTolerance() throws IOException {
        JsonNode value = json.path("tolerance").path("f32_compute_logits_abs");
        if (value.isMissingNode()) {
            return DEFAULT_TOLERANCE;
        }
        if (!value.isNumber() || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
            throw wrong("tolerance.f32_compute_logits_abs", "a number above 0", value);
        }
        return value.doubleValue();
    }

    private List<int[]> readIds(String field) throws IOException {
        List<int[]> lists = new ArrayList<>();
        for (JsonNode list : array(field, json.path(field))) {
            int[] ids = new int[array(field, list).size()];
            for (int i = 0; i < ids.length; i++) {
                if (!list.get(i).isInt() || list.get(i).intValue() < 0) {
                    throw wrong(field, "token ids", list.get(i));
                }
                ids[i] = list.get(i).intValue();
            }
            lists.add(ids);
        }
        return lists;
    }

    private List<double[]> readMargins() throws IOException {
        String field = "greedy_top2_margin";
        List<double[]> lists = new ArrayList<>();
        for (JsonNode list : array(field, json.path(field))) {
            double[] numbers = new double[array(field, list).size()];
            for (int i = 0; i < numbers.length; i++) {
                if (!list.get(i).isNumber()) {
                    throw wrong(field, "numbers", list.get(i));
                }
                numbers[i] = list.get(i).doubleValue();
            }
            lists.add(numbers);
        }
        return lists;
    }

    private JsonNode array(String field, JsonNode value) throws IOException {
        if (!value.isArray()) {
            throw wrong(field, "an array for each input", value);
        }
        return value;
    }

    private IOException wrong(String field, String expected, JsonNode found) {
        String text = found.isMissingNode() ? "nothing" : found.toString();
        return new IOException(file + ": expected " + field + " to be " + expected + ", found "
                + (text.length() <= 40 ? text : text.substring(0, 40) + " ..."));
    }
}

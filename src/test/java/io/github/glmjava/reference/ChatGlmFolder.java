package io.github.glmjava.reference;

import io.github.glmjava.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the folders of ChatGLM2, ChatGLM3 and GLM-4 in the layout of their remote code ({@code model_type} "chatglm").
 *
 * <p>Source: {@code configuration_chatglm.py} and {@code modeling_chatglm.py} of THUDM/chatglm2-6b, THUDM/chatglm3-6b and
 * THUDM/glm-4-9b-chat.
 */
final class ChatGlmFolder {
    private final JsonNode json;
    private final ReferenceConfig config;
    private final ReferenceWeights weights;

    private ChatGlmFolder(JsonNode json, ReferenceWeights weights) {
        this.json = json;
        this.weights = weights;
        require("model_type", "chatglm");
        require("multi_query_attention", "true");
        require("rmsnorm", "true");
        require("post_layer_norm", "true");
        require("apply_residual_connection_post_layernorm", "false");

        int headSize = integer("kv_channels");
        double ropeRatio = json.path("rope_ratio").asDouble(1);
        this.config = new ReferenceConfig(
                integer("num_layers"),
                integer("num_attention_heads"),
                integer("multi_query_group_num"),
                headSize,
                json.required("layernorm_epsilon").asDouble(),
                new Rotary(headSize / 2, 10000 * ropeRatio));
    }

    static ReferenceModel read(Path folder) throws IOException {
        JsonNode json = JsonMapper.shared().readTree(Files.readString(folder.resolve("config.json")));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return new ChatGlmFolder(json, new ReferenceWeights(checkpoint.tensors())).model();
        }
    }

    private ReferenceModel model() {
        List<ReferenceBlock> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer("transformer.encoder.layers." + i + "."));
        }
        double[] finalNorm = weights.vector("transformer.encoder.final_layernorm.weight");
        return new ReferenceModel(
                ReferenceEmbedding.rowsOf(weights.matrix("transformer.embedding.word_embeddings.weight")),
                layers,
                token -> Normalization.rmsNorm(token, finalNorm, config.normEpsilon()),
                weights.linear("transformer.output_layer", false),
                ids -> Placement.causal(ids.length));
    }

    /**
     * The rows of {@code query_key_value} are all query heads, then the key heads, then the value heads; the rows of
     * {@code dense_h_to_4h} are the gate, then the part that is gated.
     */
    private ReferenceLayer layer(String prefix) {
        boolean linearBias = flag("add_bias_linear");
        int querySize = config.heads() * config.headSize();
        int keySize = config.groups() * config.headSize();
        int feedForwardSize = integer("ffn_hidden_size");
        Linear queryKeyValue =
                weights.linear(prefix + "self_attention.query_key_value", linearBias || flag("add_qkv_bias"));
        Linear gateAndUp = weights.linear(prefix + "mlp.dense_h_to_4h", linearBias);
        return new ReferenceLayer(
                config,
                weights.vector(prefix + "input_layernorm.weight"),
                queryKeyValue.outputs(0, querySize),
                queryKeyValue.outputs(querySize, keySize),
                queryKeyValue.outputs(querySize + keySize, keySize),
                weights.linear(prefix + "self_attention.dense", linearBias),
                weights.vector(prefix + "post_attention_layernorm.weight"),
                gateAndUp.outputs(0, feedForwardSize),
                gateAndUp.outputs(feedForwardSize, feedForwardSize),
                weights.linear(prefix + "mlp.dense_4h_to_h", linearBias));
    }

    private int integer(String field) {
        return json.required(field).asInt();
    }

    private boolean flag(String field) {
        return json.required(field).asBoolean();
    }

    private void require(String field, String expected) {
        String found = json.required(field).asString();
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(field + " is " + found + "; the reference covers only " + expected);
        }
    }
}

package io.github.glmjava.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * The dimensions of a published model in the layout of ChatGLM3's checkpoint.
 *
 * @param name as on the command line
 */
public record ModelShape(
        String name,
        int hiddenSize,
        int layers,
        int heads,
        int queryGroups,
        int headSize,
        int feedForwardSize,
        int vocabularySize,
        int contextLength) {
    /** The name of the embedding. */
    static final String EMBEDDING = "transformer.embedding.word_embeddings.weight";

    /** The name of the output head. */
    static final String HEAD = "transformer.output_layer.weight";

    private static final List<ModelShape> KNOWN = List.of(
            new ModelShape("glm-edge-1.5b", 2048, 28, 16, 4, 128, 6144, 59264, 8192),
            new ModelShape("glm-edge-4b", 3072, 40, 24, 6, 128, 8192, 59264, 8192),
            new ModelShape("chatglm3-6b", 4096, 28, 32, 2, 128, 13696, 65024, 8192),
            new ModelShape("glm-4-9b", 4096, 40, 32, 2, 128, 13696, 151552, 131072),
            new ModelShape("tiny", 64, 2, 4, 2, 16, 88, 256, 512));

    /**
     * Finds a shape.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public static ModelShape named(String name) {
        return KNOWN.stream()
                .filter(shape -> shape.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown shape " + name + ", known are " + names()));
    }

    /** The names of all shapes. */
    public static List<String> names() {
        return KNOWN.stream().map(ModelShape::name).toList();
    }

    /** The fields of a ChatGLM3 {@code config.json}. */
    public String configJson() {
        return String.format(
                Locale.ROOT,
                """
                {
                  "_name_or_path": "synthetic/chatglm3-%s",
                  "model_type": "chatglm",
                  "add_bias_linear": false,
                  "add_qkv_bias": true,
                  "apply_residual_connection_post_layernorm": false,
                  "ffn_hidden_size": %d,
                  "hidden_size": %d,
                  "kv_channels": %d,
                  "layernorm_epsilon": 1e-05,
                  "multi_query_attention": true,
                  "multi_query_group_num": %d,
                  "num_attention_heads": %d,
                  "num_layers": %d,
                  "original_rope": true,
                  "padded_vocab_size": %d,
                  "post_layer_norm": true,
                  "rmsnorm": true,
                  "seq_length": %d,
                  "tie_word_embeddings": false,
                  "torch_dtype": "bfloat16",
                  "eos_token_id": 2,
                  "pad_token_id": 0
                }
                """,
                name,
                feedForwardSize,
                hiddenSize,
                headSize,
                queryGroups,
                heads,
                layers,
                vocabularySize,
                contextLength);
    }

    /** A tensor: a matrix, or a vector if it has but one dimension. */
    public record Tensor(String name, List<Long> shape) {}

    /** All tensors of the checkpoint. */
    public List<Tensor> tensors() {
        int attentionSize = heads * headSize;
        int queryKeyValueSize = attentionSize + 2 * queryGroups * headSize;
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(tensor(EMBEDDING, vocabularySize, hiddenSize));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "transformer.encoder.layers." + layer + ".";
            tensors.add(tensor(prefix + "input_layernorm.weight", hiddenSize));
            tensors.add(tensor(prefix + "self_attention.query_key_value.weight", queryKeyValueSize, hiddenSize));
            tensors.add(tensor(prefix + "self_attention.query_key_value.bias", queryKeyValueSize));
            tensors.add(tensor(prefix + "self_attention.dense.weight", hiddenSize, attentionSize));
            tensors.add(tensor(prefix + "post_attention_layernorm.weight", hiddenSize));
            tensors.add(tensor(prefix + "mlp.dense_h_to_4h.weight", 2L * feedForwardSize, hiddenSize));
            tensors.add(tensor(prefix + "mlp.dense_4h_to_h.weight", hiddenSize, feedForwardSize));
        }
        tensors.add(tensor("transformer.encoder.final_layernorm.weight", hiddenSize));
        tensors.add(tensor(HEAD, vocabularySize, hiddenSize));
        return tensors;
    }

    /** The number of all tensors' elements. */
    long parameters() {
        return tensors().stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, (a, b) -> a * b))
                .sum();
    }

    private static Tensor tensor(String name, long... shape) {
        return new Tensor(name, LongStream.of(shape).boxed().toList());
    }
}

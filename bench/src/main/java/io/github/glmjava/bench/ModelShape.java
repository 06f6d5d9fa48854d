package io.github.glmjava.bench;

import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.TensorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The dimensions of a published model in the layout of ChatGLM3's checkpoint.
 *
 * @param name as on the command line
 */
record ModelShape(
        String name,
        int hiddenSize,
        int layers,
        int heads,
        int queryGroups,
        int headSize,
        int feedForwardSize,
        int vocabularySize,
        int contextLength) {
    private static final List<ModelShape> KNOWN = List.of(
            new ModelShape("chatglm3-6b", 4096, 28, 32, 2, 128, 13696, 65024, 8192),
            new ModelShape("glm-4-9b", 4096, 40, 32, 2, 128, 13696, 151552, 131072),
            new ModelShape("tiny", 64, 2, 4, 2, 16, 88, 256, 512));

    /**
     * Finds a shape.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    static ModelShape named(String name) {
        return KNOWN.stream()
                .filter(shape -> shape.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown shape " + name + ", known are "
                        + KNOWN.stream().map(ModelShape::name).toList()));
    }

    /** The fields of a ChatGLM3 {@code config.json}. */
    String configJson() {
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

    /** All tensors with random content of a trained model's size, so that activations stay finite. */
    List<TensorSource> tensors() {
        int attentionSize = heads * headSize;
        int queryKeyValueSize = attentionSize + 2 * queryGroups * headSize;
        List<TensorSource> tensors = new ArrayList<>();
        tensors.add(matrix("transformer.embedding.word_embeddings.weight", vocabularySize, hiddenSize));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "transformer.encoder.layers." + layer + ".";
            tensors.add(ones(prefix + "input_layernorm.weight", hiddenSize));
            tensors.add(matrix(prefix + "self_attention.query_key_value.weight", queryKeyValueSize, hiddenSize));
            tensors.add(ones(prefix + "self_attention.query_key_value.bias", queryKeyValueSize));
            tensors.add(matrix(prefix + "self_attention.dense.weight", hiddenSize, attentionSize));
            tensors.add(ones(prefix + "post_attention_layernorm.weight", hiddenSize));
            tensors.add(matrix(prefix + "mlp.dense_h_to_4h.weight", 2 * feedForwardSize, hiddenSize));
            tensors.add(matrix(prefix + "mlp.dense_4h_to_h.weight", hiddenSize, feedForwardSize));
        }
        tensors.add(ones("transformer.encoder.final_layernorm.weight", hiddenSize));
        tensors.add(matrix("transformer.output_layer.weight", vocabularySize, hiddenSize));
        return tensors;
    }

    private static TensorSource matrix(String name, int rows, int columns) {
        return new TensorSource(
                name,
                DType.BF16,
                List.of((long) rows, (long) columns),
                new RandomContent((long) rows * columns, name.hashCode()));
    }

    private static TensorSource ones(String name, int size) {
        return new TensorSource(name, DType.BF16, List.of((long) size), RandomContent.ones(size));
    }
}

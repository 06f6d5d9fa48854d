package io.github.glmjava.evaluation;

import io.github.glmjava.evaluation.ModelShape.Tensor;
import io.github.glmjava.evaluation.ModelShape.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The dimensions of a model in the layout of ChatGLM3's checkpoint. */
record ChatGlm3Dimensions(
        int hiddenSize,
        int layers,
        int heads,
        int queryGroups,
        int headSize,
        int feedForwardSize,
        int vocabularySize,
        int contextLength) {
    ModelShape shape(String name) {
        return new ModelShape(name, configJson(name), tensors());
    }

    private String configJson(String name) {
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

    private List<Tensor> tensors() {
        int attentionSize = heads * headSize;
        int queryKeyValueSize = attentionSize + 2 * queryGroups * headSize;
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(
                Tensor.of("transformer.embedding.word_embeddings.weight", Use.EMBEDDING, vocabularySize, hiddenSize));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "transformer.encoder.layers." + layer + ".";
            String attention = prefix + "self_attention.";
            tensors.add(Tensor.of(prefix + "input_layernorm.weight", Use.VECTOR, hiddenSize));
            tensors.add(Tensor.of(attention + "query_key_value.weight", Use.ATTENTION, queryKeyValueSize, hiddenSize));
            tensors.add(Tensor.of(attention + "query_key_value.bias", Use.VECTOR, queryKeyValueSize));
            tensors.add(Tensor.of(attention + "dense.weight", Use.ATTENTION, hiddenSize, attentionSize));
            tensors.add(Tensor.of(prefix + "post_attention_layernorm.weight", Use.VECTOR, hiddenSize));
            tensors.add(
                    Tensor.of(prefix + "mlp.dense_h_to_4h.weight", Use.GATE_AND_UP, 2L * feedForwardSize, hiddenSize));
            tensors.add(Tensor.of(prefix + "mlp.dense_4h_to_h.weight", Use.DOWN, hiddenSize, feedForwardSize));
        }
        tensors.add(Tensor.of("transformer.encoder.final_layernorm.weight", Use.VECTOR, hiddenSize));
        tensors.add(Tensor.of("transformer.output_layer.weight", Use.HEAD, vocabularySize, hiddenSize));
        return tensors;
    }
}

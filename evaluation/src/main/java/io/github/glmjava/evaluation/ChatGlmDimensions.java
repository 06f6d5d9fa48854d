package io.github.glmjava.evaluation;

import io.github.glmjava.evaluation.ModelShape.Tensor;
import io.github.glmjava.evaluation.ModelShape.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The dimensions of a model in the layout of the first ChatGLM's checkpoint. */
record ChatGlmDimensions(
        int hiddenSize, int layers, int heads, int feedForwardSize, int vocabularySize, int contextLength) {
    ModelShape shape(String name) {
        return new ModelShape(name, configJson(name), tensors());
    }

    private String configJson(String name) {
        // The published numbering: [MASK] [gMASK] [sMASK] <unused> <sop> <eop>, and 522 that are never used.
        int mask = vocabularySize - Math.min(528, vocabularySize / 2);
        return String.format(
                Locale.ROOT,
                """
                {
                  "_name_or_path": "synthetic/%s",
                  "model_type": "chatglm",
                  "bos_token_id": %d,
                  "eos_token_id": %d,
                  "mask_token_id": %d,
                  "gmask_token_id": %d,
                  "pad_token_id": 3,
                  "hidden_size": %d,
                  "inner_hidden_size": %d,
                  "layernorm_epsilon": 1e-05,
                  "max_sequence_length": %d,
                  "num_attention_heads": %d,
                  "num_layers": %d,
                  "position_encoding_2d": true,
                  "torch_dtype": "bfloat16",
                  "use_cache": true,
                  "vocab_size": %d
                }
                """,
                name,
                mask + 4,
                mask + 5,
                mask,
                mask + 1,
                hiddenSize,
                feedForwardSize,
                contextLength,
                heads,
                layers,
                vocabularySize);
    }

    private List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(Tensor.of("transformer.word_embeddings.weight", Use.EMBEDDING, vocabularySize, hiddenSize));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "transformer.layers." + layer + ".";
            addVectors(tensors, prefix + "input_layernorm");
            addLinear(tensors, prefix + "attention.query_key_value", Use.ATTENTION, 3 * hiddenSize, hiddenSize);
            addLinear(tensors, prefix + "attention.dense", Use.ATTENTION, hiddenSize, hiddenSize);
            addVectors(tensors, prefix + "post_attention_layernorm");
            addLinear(tensors, prefix + "mlp.dense_h_to_4h", Use.GATE_AND_UP, feedForwardSize, hiddenSize);
            addLinear(tensors, prefix + "mlp.dense_4h_to_h", Use.DOWN, hiddenSize, feedForwardSize);
        }
        addVectors(tensors, "transformer.final_layernorm");
        tensors.add(Tensor.of("lm_head.weight", Use.HEAD, vocabularySize, hiddenSize));
        return tensors;
    }

    private void addVectors(List<Tensor> tensors, String name) {
        tensors.add(Tensor.of(name + ".weight", Use.VECTOR, hiddenSize));
        tensors.add(Tensor.of(name + ".bias", Use.VECTOR, hiddenSize));
    }

    private static void addLinear(List<Tensor> tensors, String name, Use use, int rows, int columns) {
        tensors.add(Tensor.of(name + ".weight", use, rows, columns));
        tensors.add(Tensor.of(name + ".bias", Use.VECTOR, rows));
    }
}

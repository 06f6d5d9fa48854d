package io.github.glmjava.family;

import java.util.Set;

/** Fields of published {@code config.json} files that have no bearing on what a network computes. */
final class HarmlessFields {
    /** For training alone, for other programs, or about precision, which here is never less than asked for. */
    static final Set<String> NAMES = Set.of(
            // Where it comes from
            "_name_or_path",
            "architectures",
            "auto_map",
            "model_type",
            "transformers_version",
            // Precision
            "attention_softmax_in_fp32",
            "dtype",
            "fp32_residual_connection",
            "torch_dtype",
            // Two factors that cancel out
            "apply_query_key_layer_scaling",
            // Training
            "attention_dropout",
            "attention_dropout_prob",
            "bias_dropout_fusion",
            "checkpoint_activations",
            "checkpoint_num_layers",
            "classifier_dropout",
            "embedding_dropout_prob",
            "hidden_dropout",
            "initializer_range",
            "output_dropout_prob",
            "parallel_output",
            // Generation: see generation_config.json
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            "use_cache",
            // How other programs run it
            "_attn_implementation",
            "_attn_implementation_autoset",
            "attn_implementation",
            "id2label",
            "label2id",
            "output_attentions",
            "output_hidden_states",
            "pretraining_tp",
            "problem_type",
            "return_dict");

    private HarmlessFields() {}
}

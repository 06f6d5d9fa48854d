package io.github.glmjava.reference;

import io.github.glmjava.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.ojalgo.matrix.MatrixR064;
import tools.jackson.databind.JsonNode;

/**
 * Reads the folders of transformers' own GLM families.
 *
 * <p>Source: {@code modeling_glm.py}, {@code modeling_glm4.py}, {@code modeling_glm4_moe.py} and
 * {@code modeling_glm4_moe_lite.py} of huggingface/transformers; latent attention as in DeepSeek-AI, "DeepSeek-V2" (2024),
 * equations 9 to 19, with keys and values written out.
 */
final class NativeFolder {
    private final JsonNode json;
    private final ReferenceWeights weights;
    private final int heads;
    private final double epsilon;
    private final double base;

    private NativeFolder(JsonNode json, ReferenceWeights weights) {
        this.json = json;
        this.weights = weights;
        heads = integer("num_attention_heads");
        epsilon = json.required("rms_norm_eps").asDouble();
        base = rope("rope_theta").asDouble();
    }

    static ReferenceModel read(Path folder, JsonNode json) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return new NativeFolder(json, new ReferenceWeights(checkpoint.tensors())).model();
        }
    }

    private ReferenceModel model() {
        List<ReferenceBlock> layers = new ArrayList<>();
        for (int i = 0; i < integer("num_hidden_layers"); i++) {
            layers.add(layer(i));
        }
        MatrixR064 embedding = weights.matrix("model.embed_tokens.weight");
        boolean tied = json.required("tie_word_embeddings").asBoolean();
        Linear head =
                tied ? new Linear(embedding, new double[embedding.getRowDim()]) : weights.linear("lm_head", false);
        double[] gain = weights.vector("model.norm.weight");
        return new ReferenceModel(
                ReferenceEmbedding.rowsOf(embedding),
                layers,
                token -> Normalization.rmsNorm(token, gain, epsilon),
                head,
                ids -> Placement.causal(ids.length));
    }

    private ReferenceBlock layer(int index) {
        String prefix = "model.layers." + index + ".";
        boolean fourNorms = type().equals("glm4");
        UnaryOperator<MatrixR064> same = x -> x;
        UnaryOperator<MatrixR064> before = norm(prefix + "input_layernorm", epsilon);
        UnaryOperator<MatrixR064> attention = type().equals("glm4_moe_lite")
                ? latentAttention(prefix + "self_attn.")
                : attention(prefix + "self_attn.");
        UnaryOperator<MatrixR064> behind = fourNorms ? norm(prefix + "post_self_attn_layernorm", epsilon) : same;
        UnaryOperator<MatrixR064> beforeFeedForward = norm(prefix + "post_attention_layernorm", epsilon);
        UnaryOperator<MatrixR064> feedForward = feedForward(index, prefix + "mlp.");
        UnaryOperator<MatrixR064> behindFeedForward = fourNorms ? norm(prefix + "post_mlp_layernorm", epsilon) : same;
        return (x, placement) -> {
            MatrixR064 attended = x.add(behind.apply(attention.apply(before.apply(x))));
            return attended.add(behindFeedForward.apply(feedForward.apply(beforeFeedForward.apply(attended))));
        };
    }

    private UnaryOperator<MatrixR064> norm(String module, double normEpsilon) {
        double[] gain = weights.vector(module + ".weight");
        return x -> Matrices.mapRows(x, token -> Normalization.rmsNorm(token, gain, normEpsilon));
    }

    private UnaryOperator<MatrixR064> attention(String prefix) {
        int groups = integer("num_key_value_heads");
        int headSize = integer("head_dim");
        boolean bias = json.required("attention_bias").asBoolean();
        boolean headNorms = json.path("use_qk_norm").asBoolean(false);
        boolean halves = type().equals("glm4_moe");
        Rotary rotary =
                new Rotary((int) (headSize * rope("partial_rotary_factor").asDouble()), base);
        Linear query = weights.linear(prefix + "q_proj", bias);
        Linear key = weights.linear(prefix + "k_proj", bias);
        Linear value = weights.linear(prefix + "v_proj", bias);
        Linear output = weights.linear(prefix + "o_proj", false);
        UnaryOperator<MatrixR064> same = x -> x;
        UnaryOperator<MatrixR064> queryNorm = headNorms ? norm(prefix + "q_norm", epsilon) : same;
        UnaryOperator<MatrixR064> keyNorm = headNorms ? norm(prefix + "k_norm", epsilon) : same;
        return x -> {
            MatrixR064 queries = turned(query.apply(x), heads, queryNorm, rotary, halves);
            MatrixR064 keys = turned(key.apply(x), groups, keyNorm, rotary, halves);
            return output.apply(Attention.grouped(queries, keys, value.apply(x), heads, groups, Attention.Mask.CAUSAL));
        };
    }

    /** Norms each head of each token and turns it by the token's index. */
    private static MatrixR064 turned(
            MatrixR064 x, int count, UnaryOperator<MatrixR064> norm, Rotary rotary, boolean halves) {
        int size = x.getColDim() / count;
        double[][] rows = new double[x.getRowDim()][x.getColDim()];
        for (int head = 0; head < count; head++) {
            MatrixR064 normed = norm.apply(Matrices.columns(x, head * size, size));
            for (int token = 0; token < rows.length; token++) {
                double[] features = Matrices.row(normed, token);
                double[] rotated = halves ? rotary.rotateHalves(features, 0, token) : rotary.rotate(features, token);
                System.arraycopy(rotated, 0, rows[token], head * size, size);
            }
        }
        return Matrices.ofRows(rows);
    }

    private UnaryOperator<MatrixR064> latentAttention(String prefix) {
        boolean bias = json.required("attention_bias").asBoolean();
        int rank = integer("kv_lora_rank");
        int plain = integer("qk_nope_head_dim");
        int turned = integer("qk_rope_head_dim");
        int valueSize = integer("v_head_dim");
        Rotary rotary = new Rotary(turned, base);
        UnaryOperator<MatrixR064> query;
        if (json.has("q_lora_rank")) {
            Linear down = weights.linear(prefix + "q_a_proj", bias);
            UnaryOperator<MatrixR064> norm = norm(prefix + "q_a_layernorm", 1e-6);
            Linear up = weights.linear(prefix + "q_b_proj", false);
            query = x -> up.apply(norm.apply(down.apply(x)));
        } else {
            query = weights.linear(prefix + "q_proj", false)::apply;
        }
        Linear down = weights.linear(prefix + "kv_a_proj_with_mqa", bias);
        UnaryOperator<MatrixR064> latentNorm = norm(prefix + "kv_a_layernorm", 1e-6);
        Linear up = weights.linear(prefix + "kv_b_proj", false);
        Linear output = weights.linear(prefix + "o_proj", bias);
        return x -> {
            MatrixR064 queries = query.apply(x);
            MatrixR064 compressed = down.apply(x);
            MatrixR064 expanded = up.apply(latentNorm.apply(Matrices.columns(compressed, 0, rank)));
            MatrixR064 rotaryKey = rotated(Matrices.columns(compressed, rank, turned), rotary);
            double[][] all = new double[x.getRowDim()][heads * valueSize];
            for (int head = 0; head < heads; head++) {
                int first = head * (plain + turned);
                MatrixR064 headQuery = beside(
                        Matrices.columns(queries, first, plain),
                        rotated(Matrices.columns(queries, first + plain, turned), rotary));
                int expandedFirst = head * (plain + valueSize);
                MatrixR064 headKey = beside(Matrices.columns(expanded, expandedFirst, plain), rotaryKey);
                MatrixR064 headValue = Matrices.columns(expanded, expandedFirst + plain, valueSize);
                MatrixR064 attended = Attention.attend(headQuery, headKey, headValue, Attention.Mask.CAUSAL);
                for (int token = 0; token < all.length; token++) {
                    System.arraycopy(Matrices.row(attended, token), 0, all[token], head * valueSize, valueSize);
                }
            }
            return output.apply(Matrices.ofRows(all));
        };
    }

    private static MatrixR064 rotated(MatrixR064 x, Rotary rotary) {
        return turned(x, 1, same -> same, rotary, false);
    }

    private static MatrixR064 beside(MatrixR064 left, MatrixR064 right) {
        int columns = left.getColDim();
        return Matrices.of(
                left.getRowDim(),
                columns + right.getColDim(),
                (row, column) ->
                        column < columns ? left.doubleValue(row, column) : right.doubleValue(row, column - columns));
    }

    private UnaryOperator<MatrixR064> feedForward(int layer, String prefix) {
        if (!type().startsWith("glm4_moe")) {
            Linear gateAndUp = weights.linear(prefix + "gate_up_proj", false);
            int size = integer("intermediate_size");
            return gated(
                    gateAndUp.outputs(0, size),
                    gateAndUp.outputs(size, size),
                    weights.linear(prefix + "down_proj", false));
        }
        if (layer < integer("first_k_dense_replace")) {
            return gated(prefix);
        }
        List<UnaryOperator<MatrixR064>> experts = new ArrayList<>();
        for (int i = 0; i < integer("n_routed_experts"); i++) {
            experts.add(gated(prefix + "experts." + i + "."));
        }
        UnaryOperator<MatrixR064> nothing = x -> x.multiply(0.0);
        return new ReferenceExperts(
                weights.linear(prefix + "gate", false),
                weights.vector(prefix + "gate.e_score_correction_bias"),
                experts,
                integer("n_shared_experts") > 0 ? gated(prefix + "shared_experts.") : nothing,
                integer("num_experts_per_tok"),
                integer("n_group"),
                integer("topk_group"),
                json.required("norm_topk_prob").asBoolean(),
                json.required("routed_scaling_factor").asDouble())::forward;
    }

    private UnaryOperator<MatrixR064> gated(String prefix) {
        return gated(
                weights.linear(prefix + "gate_proj", false),
                weights.linear(prefix + "up_proj", false),
                weights.linear(prefix + "down_proj", false));
    }

    /** W_down SwiGLU(W_gate x, W_up x). */
    private static UnaryOperator<MatrixR064> gated(Linear gate, Linear up, Linear down) {
        return x -> {
            MatrixR064 gates = gate.apply(x);
            MatrixR064 ups = up.apply(x);
            return down.apply(Matrices.of(
                    gates.getRowDim(),
                    gates.getColDim(),
                    (row, column) -> Activation.silu(gates.doubleValue(row, column)) * ups.doubleValue(row, column)));
        };
    }

    private String type() {
        return json.required("model_type").asString();
    }

    /** Version 5 of transformers has these fields in an object of their own. */
    private JsonNode rope(String field) {
        return json.path("rope_parameters").has(field)
                ? json.path("rope_parameters").required(field)
                : json.required(field);
    }

    private int integer(String field) {
        return json.required(field).asInt();
    }
}

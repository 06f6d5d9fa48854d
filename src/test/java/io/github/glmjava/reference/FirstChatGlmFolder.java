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
 * Reads the folders of ChatGLM-6B.
 *
 * <p>Source: {@code modeling_chatglm.py} of THUDM/chatglm-6b: {@code GLMBlock}, {@code SelfAttention}, {@code GLU}.
 */
final class FirstChatGlmFolder {
    /** Of the residual connections: the code always uses that of 28 layers. */
    private static final double ALPHA = Math.sqrt(2 * 28);

    private final JsonNode json;
    private final ReferenceWeights weights;

    private FirstChatGlmFolder(JsonNode json, ReferenceWeights weights) {
        this.json = json;
        this.weights = weights;
    }

    static ReferenceModel read(Path folder, JsonNode json) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return new FirstChatGlmFolder(json, new ReferenceWeights(checkpoint.tensors())).model();
        }
    }

    private ReferenceModel model() {
        List<ReferenceBlock> layers = new ArrayList<>();
        for (int i = 0; i < integer("num_layers"); i++) {
            layers.add(layer("transformer.layers." + i + "."));
        }
        int start = integer("bos_token_id");
        int globalMask = integer("gmask_token_id");
        int mask = integer("mask_token_id");
        return new ReferenceModel(
                ReferenceEmbedding.rowsOf(weights.matrix("transformer.word_embeddings.weight")),
                layers,
                norm("transformer.final_layernorm"),
                weights.linear("lm_head", false),
                ids -> Placement.aroundABlank(ids, start, globalMask, mask));
    }

    private UnaryOperator<double[]> norm(String module) {
        double[] gain = weights.vector(module + ".weight");
        double[] bias = weights.vector(module + ".bias");
        double epsilon = json.required("layernorm_epsilon").asDouble();
        return token -> Normalization.layerNorm(token, gain, bias, epsilon);
    }

    /** h = Norm(x), x' = alpha h + Attention(h); the same once more with the feed-forward network. */
    private ReferenceBlock layer(String prefix) {
        UnaryOperator<double[]> attentionNorm = norm(prefix + "input_layernorm");
        ReferenceBlock attention = attention(prefix + "attention.");
        UnaryOperator<double[]> feedForwardNorm = norm(prefix + "post_attention_layernorm");
        Linear up = weights.linear(prefix + "mlp.dense_h_to_4h", true);
        Linear down = weights.linear(prefix + "mlp.dense_4h_to_h", true);
        return (x, placement) -> {
            MatrixR064 normed = Matrices.mapRows(x, attentionNorm);
            MatrixR064 attended = normed.multiply(ALPHA).add(attention.forward(normed, placement));
            MatrixR064 normedAgain = Matrices.mapRows(attended, feedForwardNorm);
            MatrixR064 inner = up.apply(normedAgain);
            MatrixR064 activated = Matrices.of(
                    inner.getRowDim(),
                    inner.getColDim(),
                    (row, column) -> Activation.geluByTanh(inner.doubleValue(row, column)));
            return normedAgain.multiply(ALPHA).add(down.apply(activated));
        };
    }

    /** The rows of {@code query_key_value} are query, key and value of one head after another. */
    private ReferenceBlock attention(String prefix) {
        int heads = integer("num_attention_heads");
        int size = integer("hidden_size") / heads;
        Linear queryKeyValue = weights.linear(prefix + "query_key_value", true);
        Linear output = weights.linear(prefix + "dense", true);
        Rotary rotary = new Rotary(size / 2, 10000, true);
        return (x, placement) -> {
            MatrixR064 all = queryKeyValue.apply(x);
            double[][] attended = new double[x.getRowDim()][heads * size];
            for (int head = 0; head < heads; head++) {
                int first = 3 * head * size;
                MatrixR064 result = Attention.attend(
                        turned(Matrices.columns(all, first, size), rotary, placement),
                        turned(Matrices.columns(all, first + size, size), rotary, placement),
                        Matrices.columns(all, first + 2 * size, size),
                        placement.mask());
                for (int token = 0; token < attended.length; token++) {
                    System.arraycopy(Matrices.row(result, token), 0, attended[token], head * size, size);
                }
            }
            return output.apply(Matrices.ofRows(attended));
        };
    }

    /** The first half of a head turns by the position in the text, the second by that in the blank. */
    private static MatrixR064 turned(MatrixR064 x, Rotary rotary, Placement placement) {
        double[][] rows = new double[x.getRowDim()][];
        for (int token = 0; token < rows.length; token++) {
            double[] first =
                    rotary.rotateHalves(Matrices.row(x, token), 0, placement.positions()[token]);
            rows[token] = rotary.rotateHalves(first, rotary.width(), placement.blankPositions()[token]);
        }
        return Matrices.ofRows(rows);
    }

    private int integer(String field) {
        return json.required(field).asInt();
    }
}

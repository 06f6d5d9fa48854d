package io.github.glmjava.reference;

import io.github.glmjava.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ojalgo.matrix.MatrixR064;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the folders of the original GLM.
 *
 * <p>Source: Du et al., "GLM" (2022), section 2.1; {@code modeling_glm.py} of THUDM/glm-large-chinese: {@code GLMStack},
 * {@code GLMBlock}, {@code SelfAttention}, {@code MLP}.
 */
final class OriginalGlmFolder {
    private static final double EPSILON = 1e-5;

    private final JsonNode json;
    private final JsonNode tokens;
    private final ReferenceWeights weights;

    private OriginalGlmFolder(JsonNode json, JsonNode tokens, ReferenceWeights weights) {
        this.json = json;
        this.tokens = tokens;
        this.weights = weights;
    }

    static ReferenceModel read(Path folder, JsonNode json) throws IOException {
        JsonNode tokens = JsonMapper.shared().readTree(Files.readString(folder.resolve("added_tokens.json")));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return new OriginalGlmFolder(json, tokens, new ReferenceWeights(checkpoint.tensors())).model();
        }
    }

    private ReferenceModel model() {
        List<ReferenceBlock> layers = new ArrayList<>();
        for (int i = 0; i < integer("num_layers"); i++) {
            layers.add(layer("transformer.layers." + i + "."));
        }
        MatrixR064 words = weights.matrix("word_embeddings.weight");
        MatrixR064 positions = weights.matrix("transformer.position_embeddings.weight");
        MatrixR064 blankPositions = weights.matrix("transformer.block_position_embeddings.weight");
        int start = tokens.required("<|startofpiece|>").asInt();
        Set<Integer> masks = Stream.of("[MASK]", "[sMASK]", "[gMASK]")
                .filter(tokens::has)
                .map(name -> tokens.required(name).asInt())
                .collect(Collectors.toSet());
        return new ReferenceModel(
                (ids, placement) -> Matrices.of(
                        ids.length,
                        words.getColDim(),
                        (token, i) -> words.doubleValue(ids[token], i)
                                + positions.doubleValue(placement.positions()[token], i)
                                + blankPositions.doubleValue(placement.blankPositions()[token], i)),
                layers,
                norm("transformer.final_layernorm"),
                new Linear(words, new double[words.getRowDim()]),
                ids -> Placement.aroundBlanks(ids, start, masks));
    }

    private UnaryOperator<double[]> norm(String module) {
        double[] gain = weights.vector(module + ".weight");
        double[] bias = weights.vector(module + ".bias");
        return token -> Normalization.layerNorm(token, gain, bias, EPSILON);
    }

    /** x' = x + Attention(Norm(x)), x'' = x' + W_down GELU(W_up Norm(x')). */
    private ReferenceBlock layer(String prefix) {
        UnaryOperator<double[]> attentionNorm = norm(prefix + "input_layernorm");
        ReferenceBlock attention = attention(prefix + "attention.");
        UnaryOperator<double[]> feedForwardNorm = norm(prefix + "post_attention_layernorm");
        Linear up = weights.linear(prefix + "mlp.dense_h_to_4h", true);
        Linear down = weights.linear(prefix + "mlp.dense_4h_to_h", true);
        return (x, placement) -> {
            MatrixR064 attended = x.add(attention.forward(Matrices.mapRows(x, attentionNorm), placement));
            MatrixR064 inner = up.apply(Matrices.mapRows(attended, feedForwardNorm));
            return attended.add(down.apply(Matrices.of(
                    inner.getRowDim(),
                    inner.getColDim(),
                    (row, column) -> Activation.gelu(inner.doubleValue(row, column)))));
        };
    }

    /** The rows of {@code query_key_value} are all queries, all keys, all values. */
    private ReferenceBlock attention(String prefix) {
        int heads = integer("num_attention_heads");
        int hidden = integer("hidden_size");
        Linear queryKeyValue = weights.linear(prefix + "query_key_value", true);
        Linear output = weights.linear(prefix + "dense", true);
        return (x, placement) -> {
            MatrixR064 all = queryKeyValue.apply(x);
            return output.apply(Attention.grouped(
                    Matrices.columns(all, 0, hidden),
                    Matrices.columns(all, hidden, hidden),
                    Matrices.columns(all, 2 * hidden, hidden),
                    heads,
                    heads,
                    placement.mask()));
        };
    }

    private int integer(String field) {
        return json.required(field).asInt();
    }
}

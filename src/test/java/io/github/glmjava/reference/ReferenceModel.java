package io.github.glmjava.reference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.ojalgo.matrix.MatrixR064;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A GLM model in double precision: embedding, layers, final norm, output head. Immutable. */
public final class ReferenceModel {
    private final ReferenceEmbedding embedding;
    private final List<ReferenceBlock> layers;
    private final UnaryOperator<double[]> finalNorm;
    private final Linear head;
    private final Function<int[], Placement> placements;

    ReferenceModel(
            ReferenceEmbedding embedding,
            List<ReferenceBlock> layers,
            UnaryOperator<double[]> finalNorm,
            Linear head,
            Function<int[], Placement> placements) {
        this.embedding = embedding;
        this.layers = List.copyOf(layers);
        this.finalNorm = finalNorm;
        this.head = head;
        this.placements = placements;
    }

    /** Reads a model folder as it is published: {@code config.json} and weights. */
    public static ReferenceModel open(Path folder) throws IOException {
        JsonNode config = JsonMapper.shared().readTree(Files.readString(folder.resolve("config.json")));
        if (config.has("inner_hidden_size")) {
            return FirstChatGlmFolder.read(folder, config);
        }
        if (config.has("block_position_encoding")) {
            return OriginalGlmFolder.read(folder, config);
        }
        return config.has("rms_norm_eps") ? NativeFolder.read(folder, config) : ChatGlmFolder.read(folder);
    }

    /** What the model computes for these tokens, at every stage and position. */
    public ReferenceTrace forward(int[] ids) {
        Placement placement = placements.apply(ids);
        MatrixR064 embeddings = embedding.embed(ids, placement);

        List<MatrixR064> hidden = new ArrayList<>();
        MatrixR064 x = embeddings;
        for (ReferenceBlock layer : layers) {
            x = layer.forward(x, placement);
            hidden.add(x);
        }

        MatrixR064 normalized = Matrices.mapRows(x, finalNorm);
        return new ReferenceTrace(embeddings, hidden, normalized, head.apply(normalized));
    }

    /**
     * The most likely continuation, token by token, each from a forward pass over all that came before. No token stops
     * it; of equal logits the lowest id wins.
     */
    public int[] greedy(int[] prompt, int count) {
        int[] ids = prompt.clone();
        for (int i = 0; i < count; i++) {
            double[] logits = Matrices.row(forward(ids).logits(), ids.length - 1);
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = indexOfLargest(logits);
        }
        return Arrays.copyOfRange(ids, prompt.length, ids.length);
    }

    private static int indexOfLargest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[largest]) {
                largest = i;
            }
        }
        return largest;
    }
}

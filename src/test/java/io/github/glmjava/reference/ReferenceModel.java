package io.github.glmjava.reference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ojalgo.matrix.MatrixR064;

/** A GLM model in double precision: embedding, layers, final norm, output head. Immutable. */
public final class ReferenceModel {
    private final ReferenceConfig config;
    private final MatrixR064 embedding;
    private final List<ReferenceLayer> layers;
    private final double[] finalNorm;
    private final Linear head;

    ReferenceModel(
            ReferenceConfig config,
            MatrixR064 embedding,
            List<ReferenceLayer> layers,
            double[] finalNorm,
            Linear head) {
        this.config = config;
        this.embedding = embedding;
        this.layers = List.copyOf(layers);
        this.finalNorm = finalNorm;
        this.head = head;
    }

    /** Reads a model folder as it is published: {@code config.json} and safetensors files. */
    public static ReferenceModel open(Path folder) throws IOException {
        return ChatGlmFolder.read(folder);
    }

    /** What the model computes for these tokens, at every stage and position. */
    public ReferenceTrace forward(int[] ids) {
        MatrixR064 embeddings =
                Matrices.of(ids.length, embedding.getColDim(), (token, i) -> embedding.doubleValue(ids[token], i));

        List<MatrixR064> hidden = new ArrayList<>();
        MatrixR064 x = embeddings;
        for (ReferenceLayer layer : layers) {
            x = layer.forward(x);
            hidden.add(x);
        }

        MatrixR064 normalized =
                Matrices.mapRows(x, token -> Normalization.rmsNorm(token, finalNorm, config.normEpsilon()));
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

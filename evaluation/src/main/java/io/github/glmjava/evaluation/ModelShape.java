package io.github.glmjava.evaluation;

import io.github.glmjava.family.ConfigFields;
import io.github.glmjava.family.ModelFolder;
import io.github.glmjava.weights.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A published model without its numbers: its configuration and its tensors.
 *
 * @param name as on the command line
 * @param configJson its {@code config.json}, as far as the engine asks
 * @param tensors all tensors of the checkpoint
 */
public record ModelShape(String name, String configJson, List<Tensor> tensors) {
    private static final List<ModelShape> KNOWN = List.of(
            new ChatGlm3Dimensions(2048, 28, 16, 4, 128, 6144, 59264, 8192).shape("glm-edge-1.5b"),
            new ChatGlm3Dimensions(3072, 40, 24, 6, 128, 8192, 59264, 8192).shape("glm-edge-4b"),
            new ChatGlmDimensions(4096, 28, 32, 16384, 130528, 2048).shape("chatglm-6b"),
            new ChatGlm3Dimensions(4096, 28, 32, 2, 128, 13696, 65024, 8192).shape("chatglm3-6b"),
            new ChatGlm3Dimensions(4096, 40, 32, 2, 128, 13696, 151552, 131072).shape("glm-4-9b"),
            new FlashDimensions(2048, 47, 20, 768, 512, 192, 64, 256, 10240, 64, 4, 1536, 154880, 202752)
                    .shape("glm-4.7-flash"),
            new ChatGlm3Dimensions(64, 2, 4, 2, 16, 88, 256, 512).shape("tiny"),
            new ChatGlmDimensions(64, 2, 4, 88, 256, 512).shape("tiny-chatglm"),
            new FlashDimensions(64, 3, 4, 24, 32, 12, 8, 16, 88, 8, 3, 24, 256, 512).shape("tiny-flash"));

    /** What a tensor is for. */
    public enum Use {
        /** A vector. */
        VECTOR,
        /** A matrix of which rows are looked up. */
        EMBEDDING,
        /** A matrix of attention. */
        ATTENTION,
        /** The matrix that latent attention takes apart by heads. */
        LATENT_UP,
        /** A matrix to the inner features of a feed-forward network or expert. */
        GATE_AND_UP,
        /** A matrix back from them. */
        DOWN,
        /** A matrix that chooses experts. */
        ROUTER,
        /** The output head. */
        HEAD
    }

    /** A tensor. */
    public record Tensor(String name, Use use, List<Long> shape) {
        /** A tensor of these dimensions, rows first. */
        static Tensor of(String name, Use use, long... shape) {
            return new Tensor(name, use, LongStream.of(shape).boxed().toList());
        }

        /** The number of its elements. */
        long elements() {
            return shape.stream().reduce(1L, (a, b) -> a * b);
        }
    }

    /** Copies the list. */
    public ModelShape {
        tensors = List.copyOf(tensors);
    }

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

    /** What the folder's small files say. */
    ModelFolder folder() throws CheckpointException {
        Path path = Path.of(name);
        return new ModelFolder(path, ConfigFields.parse(configJson.getBytes(StandardCharsets.UTF_8), path), null);
    }

    /** The number of all tensors' elements. */
    long parameters() {
        return tensors.stream().mapToLong(Tensor::elements).sum();
    }
}

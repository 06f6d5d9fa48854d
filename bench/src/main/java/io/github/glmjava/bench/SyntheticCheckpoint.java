package io.github.glmjava.bench;

import io.github.glmjava.WeightFormat;
import io.github.glmjava.evaluation.ModelShape;
import io.github.glmjava.evaluation.RandomWeights;
import io.github.glmjava.evaluation.SyntheticWeights;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.ShardedSafetensorsWriter;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a checkpoint of a published model's shape with random weights in BF16, or quantised as {@code glm quantize} does
 * it, sharded as published: to measure loading and speed without the weights.
 *
 * <pre>java -cp "bench/target/lib/*:bench/target/classes" io.github.glmjava.bench.SyntheticCheckpoint chatglm3-6b DIR [q8|mixed|q4]</pre>
 */
public final class SyntheticCheckpoint {
    private static final long SHARD_BYTES = 2_000_000_000;

    private static final int PIECE = 1 << 20;

    private SyntheticCheckpoint() {}

    /**
     * Writes the checkpoint.
     *
     * @param arguments a shape's name, a folder that does not hold a checkpoint yet, and the format of quantised weights
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2 || arguments.length > 3) {
            throw new IllegalArgumentException("expected two or three arguments: SHAPE FOLDER [FORMAT]");
        }
        ModelShape shape = ModelShape.named(arguments[0]);
        Path folder = Path.of(arguments[1]);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), shape.configJson());
        if (arguments.length == 3) {
            writeQuantized(shape, WeightFormat.valueOf(arguments[2].toUpperCase(Locale.ROOT)), folder);
            return;
        }
        ShardedSafetensorsWriter.write(
                folder,
                shape.tensors().stream().map(SyntheticCheckpoint::random).toList(),
                Map.of("format", "pt"),
                SHARD_BYTES);
    }

    private static void writeQuantized(ModelShape shape, WeightFormat format, Path folder) throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        try (SyntheticWeights weights = SyntheticWeights.make(shape, format, threads)) {
            ShardedSafetensorsWriter.write(
                    folder,
                    weights.tensors().values().stream().map(TensorSource::of).toList(),
                    weights.metadata(),
                    SHARD_BYTES);
        }
    }

    private static TensorSource random(ModelShape.Tensor tensor) {
        return new TensorSource(tensor.name(), DType.BF16, tensor.shape(), out -> write(tensor, out));
    }

    private static void write(ModelShape.Tensor tensor, WritableByteChannel out) throws IOException {
        RandomWeights weights = new RandomWeights(tensor.name().hashCode());
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        long bytes = DType.BF16.byteSize(tensor.shape());
        for (long written = 0; written < bytes; written += PIECE) {
            piece.clear().limit((int) Math.min(PIECE, bytes - written));
            if (tensor.shape().size() == 1) {
                RandomWeights.fillWithOnes(piece);
            } else {
                weights.fill(piece);
            }
            out.write(piece.flip());
        }
    }
}

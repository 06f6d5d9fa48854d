package io.github.glmjava.bench;

import io.github.glmjava.weights.ShardedSafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes a checkpoint of a published model's shape with random weights in BF16, sharded as published: to measure loading
 * and speed without the weights.
 *
 * <pre>java -cp "bench/target/lib/*:bench/target/classes" io.github.glmjava.bench.SyntheticCheckpoint chatglm3-6b DIR</pre>
 */
public final class SyntheticCheckpoint {
    private static final long SHARD_BYTES = 2_000_000_000;

    private SyntheticCheckpoint() {}

    /**
     * Writes the checkpoint.
     *
     * @param arguments a shape's name and a folder that does not hold a checkpoint yet
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("expected two arguments: SHAPE FOLDER");
        }
        write(ModelShape.named(arguments[0]), Path.of(arguments[1]));
    }

    static void write(ModelShape shape, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), shape.configJson());
        ShardedSafetensorsWriter.write(folder, shape.tensors(), Map.of("format", "pt"), SHARD_BYTES);
    }
}

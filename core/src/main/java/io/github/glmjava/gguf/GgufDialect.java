package io.github.glmjava.gguf;

import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufFile;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one of llama.cpp's architectures is in its published layout.
 *
 * @param rootNames tensors outside the blocks, from GGUF to published, without {@code .weight}
 * @param blockPrefix in front of a block's number
 * @param blockNames tensors of a block, from GGUF to published, without {@code .weight} and {@code .bias}
 * @param config writes the fields of {@code config.json}
 */
record GgufDialect(
        Map<String, String> rootNames, String blockPrefix, Map<String, String> blockNames, ConfigWriter config) {
    /** Makes fields of metadata. */
    interface ConfigWriter {
        void write(GgufFields metadata, GgufFile file, ObjectNode config) throws CheckpointException;
    }
}

package io.github.glmjava.gguf;

import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufFile;
import io.github.glmjava.weights.GgufMetadata;
import io.github.glmjava.weights.StoredTensor;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The metadata that describe an architecture; keys are given without its name in front. */
final class GgufFields {
    private static final int MAX = 1 << 24;

    private final GgufMetadata metadata;
    private final String architecture;

    GgufFields(GgufMetadata metadata, String architecture) {
        this.metadata = metadata;
        this.architecture = architecture;
    }

    private String key(String name) {
        return architecture + "." + name;
    }

    boolean has(String name) {
        return metadata.has(key(name));
    }

    int integer(String name) throws CheckpointException {
        return (int) metadata.whole(key(name), 0, MAX);
    }

    int integer(String name, int missing) throws CheckpointException {
        return has(name) ? integer(name) : missing;
    }

    double number(String name) throws CheckpointException {
        return metadata.number(key(name));
    }

    double number(String name, double missing) throws CheckpointException {
        return has(name) ? number(name) : missing;
    }

    boolean flag(String name, boolean missing) throws CheckpointException {
        return metadata.flag(key(name), missing);
    }

    CheckpointException wrong(String name, String expected) {
        return metadata.wrong(key(name), expected);
    }

    /** The features of a head. */
    int headSize() throws CheckpointException {
        if (has("attention.key_length")) {
            return integer("attention.key_length");
        }
        int heads = Math.max(1, integer("attention.head_count"));
        return integer("embedding_length") / heads;
    }

    /** What is scaled in another way than we compute would come out wrong. */
    void requireNoRopeScaling() throws CheckpointException {
        if (has("rope.scaling.type") && !metadata.text(key("rope.scaling.type")).equals("none")) {
            throw metadata.wrong(key("rope.scaling.type"), "none");
        }
    }

    /** The ids that end an answer. */
    void writeStopIds(ObjectNode config) throws CheckpointException {
        ArrayNode ids = config.putArray("eos_token_id");
        for (String name : new String[] {"eos", "eot", "eom"}) {
            String key = "tokenizer.ggml." + name + "_token_id";
            if (metadata.has(key)) {
                int id = (int) metadata.whole(key, 0, MAX);
                if (ids.valueStream().noneMatch(other -> other.intValue() == id)) {
                    ids.add(id);
                }
            }
        }
    }

    /** Rows of the embedding. */
    static long vocabulary(GgufFile file) throws CheckpointException {
        StoredTensor embedding = file.tensors().get("token_embd.weight");
        if (embedding == null) {
            throw new CheckpointException(file.path() + ": no tensor 'token_embd.weight'");
        }
        return embedding.shape().getFirst();
    }
}

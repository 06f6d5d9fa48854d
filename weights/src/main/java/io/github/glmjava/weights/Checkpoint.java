package io.github.glmjava.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Named tensors of a model folder or a single file, whatever the storage. Immutable and safe for use by many threads;
 * {@link #close} unmaps the files, after which no tensor's bytes may be touched.
 */
public interface Checkpoint extends AutoCloseable {
    /**
     * Opens a checkpoint. The files are memory-mapped, so this takes no time or memory in proportion to their size, and
     * fully checked: either all tensors are there or an exception is thrown and nothing stays open.
     *
     * <p>In a folder, the first of these is taken (the order of Hugging Face transformers): {@code model.safetensors}; the
     * shards that {@code model.safetensors.index.json} names; {@code pytorch_model.bin}; the shards that
     * {@code pytorch_model.bin.index.json} names. A file is taken whatever it is called, as long as its name ends like one
     * of these four or in {@code .pt} or {@code .pth}.
     *
     * <p>Files of PyTorch are read without Python and run no code: a pickle may name nothing but tensors and plain
     * containers. Their tensors are used where they lie as well, except those that are not contiguous, which are copied
     * (of one file at most 1 GiB). A file may contain the tensors by name, or a dict that has those as {@code module} or
     * {@code state_dict}; numbers, strings and None among the tensors are left out.
     *
     * @throws CheckpointException if there is no checkpoint at this place, or a malformed or unsupported one
     * @throws IOException if a file cannot be read
     */
    static Checkpoint open(Path folderOrFile) throws IOException {
        return CheckpointOpener.open(folderOrFile);
    }

    /** The file that was opened (for shards, their index), for messages. */
    Path file();

    /** All tensors by name, in the order of the files. */
    Map<String, StoredTensor> tensors();

    /**
     * The free-form {@code __metadata__} of the files; empty when there is none. Of shards that give one key different
     * values, the first counts.
     */
    Map<String, String> metadata();

    /** The tensor of this name, or null if there is none. */
    default @Nullable StoredTensor find(String name) {
        return tensors().get(name);
    }

    /**
     * The tensor of this name.
     *
     * @throws CheckpointException if there is none; the message names some that are called alike
     */
    default StoredTensor tensor(String name) throws CheckpointException {
        StoredTensor tensor = find(name);
        if (tensor == null) {
            throw new CheckpointException(file() + ": no tensor " + Quoted.of(name)
                    + SimilarNames.hint(name, tensors().keySet()));
        }
        return tensor;
    }

    /** Unmaps the files. May be called more than once. */
    @Override
    void close();
}

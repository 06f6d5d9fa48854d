package io.github.glmjava.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** One way to store a checkpoint. A new one is added to {@link CheckpointOpener}. */
interface CheckpointFormat {
    /** The files that stand for a checkpoint of this format in a model folder, the preferred first. */
    List<String> folderFiles();

    /** Whether a single file of this name is of this format. */
    boolean reads(String fileName);

    /** Opens one of {@link #folderFiles} or a file that this format {@link #reads}. */
    Checkpoint open(Path file) throws IOException;
}

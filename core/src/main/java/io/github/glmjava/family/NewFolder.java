package io.github.glmjava.family;

import io.github.glmjava.LoadListener;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Writes a model folder so that it appears under its name when it is complete. */
final class NewFolder {
    /** Files of weights, which are written anew. */
    private static final List<String> WEIGHT_FILES =
            List.of(".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".gguf");

    /** Writes the files of a folder. */
    interface Content {
        void writeTo(Path folder) throws IOException;
    }

    private NewFolder() {}

    /**
     * Refuses a place where there is something.
     *
     * @throws FileAlreadyExistsException if it is not free
     */
    static void requireFree(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                if (files.findAny().isEmpty()) {
                    return;
                }
            }
        }
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString(), null, "must not exist, or be an empty folder");
        }
    }

    /** Writes a folder; nothing is left of it on failure. */
    static void write(Path target, Content content) throws IOException {
        Path whole = target.toAbsolutePath();
        Path partial = whole.resolveSibling("." + whole.getFileName() + "." + UUID.randomUUID() + ".partial");
        Files.createDirectories(partial);
        try {
            content.writeTo(partial);
            Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(partial);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    /** The same tensors; when one is written, the listener hears how far it is. */
    static List<TensorSource> reported(List<TensorSource> tensors, LoadListener progress) {
        AtomicInteger written = new AtomicInteger();
        return tensors.stream()
                .map(tensor -> new TensorSource(tensor.name(), tensor.dtype(), tensor.shape(), out -> {
                    tensor.content().writeTo(out);
                    progress.onProgress("weights", (double) written.incrementAndGet() / tensors.size());
                }))
                .toList();
    }

    /** Copies all files of a model folder that hold no weights. */
    static void copyFiles(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(NewFolder::isCopied).toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    private static boolean isCopied(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file)
                && !name.startsWith(".")
                && WEIGHT_FILES.stream().noneMatch(name::endsWith);
    }
}

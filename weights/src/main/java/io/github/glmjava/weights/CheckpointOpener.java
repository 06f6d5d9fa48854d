package io.github.glmjava.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Picks the file and the format that a path stands for. */
final class CheckpointOpener {
    /** The formats that are known, the preferred first. */
    private static final List<CheckpointFormat> FORMATS = List.of(new SafetensorsFormat(), new PyTorchFormat());

    private static final int LISTED_FILES = 12;

    private CheckpointOpener() {}

    /** See {@link Checkpoint#open}. */
    static Checkpoint open(Path folderOrFile) throws IOException {
        if (Files.isDirectory(folderOrFile)) {
            return openFolder(folderOrFile);
        }
        if (!Files.exists(folderOrFile)) {
            throw new CheckpointException(folderOrFile + ": there is no such file or folder");
        }
        Path fileName = folderOrFile.getFileName();
        for (CheckpointFormat format : FORMATS) {
            if (fileName != null && format.reads(fileName.toString())) {
                return format.open(folderOrFile);
            }
        }
        throw new CheckpointException(folderOrFile + ": not a checkpoint file by its name; expected one that ends like "
                + String.join(" or ", allFolderFiles()));
    }

    private static Checkpoint openFolder(Path folder) throws IOException {
        for (CheckpointFormat format : FORMATS) {
            for (String name : format.folderFiles()) {
                Path file = folder.resolve(name);
                if (Files.exists(file)) {
                    return format.open(file);
                }
            }
        }
        throw new CheckpointException(folder + ": no checkpoint found; looked for "
                + String.join(" and ", allFolderFiles()) + ", but the folder holds " + listing(folder));
    }

    private static List<String> allFolderFiles() {
        return FORMATS.stream().flatMap(format -> format.folderFiles().stream()).toList();
    }

    private static String listing(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(Path::getFileName)
                    .map(String::valueOf)
                    .sorted()
                    .map(Quoted::of)
                    .toList();
            if (names.isEmpty()) {
                return "nothing";
            }
            String first = String.join(", ", names.subList(0, Math.min(LISTED_FILES, names.size())));
            return names.size() <= LISTED_FILES ? first : first + " and " + (names.size() - LISTED_FILES) + " more";
        }
    }
}

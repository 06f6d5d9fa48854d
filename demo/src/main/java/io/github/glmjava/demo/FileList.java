package io.github.glmjava.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The files of a folder with their SHA-256, in the format of the {@code sha256sum} command.
 *
 * @param entries one for each file, in the order of the list
 */
record FileList(List<Entry> entries) {
    /** The list's own file name. */
    static final String NAME = "SHA256SUMS";

    /** Opens the original of a file. */
    interface Source {
        InputStream open() throws IOException;
    }

    /**
     * One file.
     *
     * @param name a plain file name
     * @param sha256 64 hexadecimal digits in lower case
     */
    record Entry(String name, String sha256) {
        /**
         * Makes sure that the folder holds the file, and holds it whole. The file appears under its name in one step, so
         * that other processes see all of it or nothing.
         */
        void extractTo(Path folder, Source source) throws IOException {
            Path target = folder.resolve(name);
            if (isIntact(target)) {
                return;
            }
            Path temporary = Files.createTempFile(folder, name, ".tmp");
            try {
                MessageDigest digest = newDigest();
                try (InputStream in = source.open();
                        OutputStream out = new DigestOutputStream(Files.newOutputStream(temporary), digest)) {
                    in.transferTo(out);
                }
                String found = HexFormat.of().formatHex(digest.digest());
                if (!found.equals(sha256)) {
                    throw new IOException(name + " has the SHA-256 " + found + ", expected " + sha256);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        }

        private boolean isIntact(Path file) throws IOException {
            if (!Files.isRegularFile(file)) {
                return false;
            }
            MessageDigest digest = newDigest();
            try (InputStream in = Files.newInputStream(file)) {
                byte[] buffer = new byte[1 << 16];
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    digest.update(buffer, 0, length);
                }
            }
            return HexFormat.of().formatHex(digest.digest()).equals(sha256);
        }
    }

    /** Reads a list; its names must be plain, so that nothing is written outside of the folder. */
    static FileList parse(String text) throws IOException {
        List<String> lines = text.lines().filter(line -> !line.isEmpty()).toList();
        for (String line : lines) {
            if (!line.matches("[0-9a-f]{64}  [A-Za-z0-9_][A-Za-z0-9_.]*")) {
                throw new IOException(NAME + ": expected a SHA-256, two spaces and a file name, found: " + line);
            }
        }
        return new FileList(lines.stream()
                .map(line -> new Entry(line.substring(66), line.substring(0, 64)))
                .toList());
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(newDigest().digest(bytes));
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException("every Java platform has SHA-256", e));
        }
    }
}

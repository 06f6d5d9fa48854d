package io.github.glmjava.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What to tell people about a failure: one line. */
final class ErrorMessage {
    private ErrorMessage() {}

    static String of(Throwable failure) {
        return text(failure).strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        // The messages of these are often nothing but the file's name.
        if (failure instanceof FileSystemException problem
                && problem.getReason() == null
                && problem.getFile() != null) {
            if (failure instanceof NoSuchFileException) {
                return "there is no file or folder " + problem.getFile();
            }
            if (failure instanceof AccessDeniedException) {
                return "no permission for " + problem.getFile();
            }
            if (failure instanceof NotDirectoryException) {
                return "not a folder: " + problem.getFile();
            }
        }
        if (failure instanceof OutOfMemoryError) {
            return "not enough memory: " + message + " (with GLM_JAVA_OPTS=-Xmx8g Java may use 8 GB, for example)";
        }
        return message == null || message.isBlank() ? failure.toString() : message;
    }
}

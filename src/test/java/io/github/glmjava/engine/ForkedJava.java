package io.github.glmjava.engine;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs the JVM of this test once more, with other flags. */
final class ForkedJava {
    /**
     * What came of a run.
     *
     * @param exitCode 0 if it went well
     * @param output what it printed
     * @param errors what it printed to the standard error
     */
    record Outcome(int exitCode, List<String> output, List<String> errors) {}

    private ForkedJava() {}

    /**
     * Runs java and waits for it.
     *
     * @param folder for the files that take its output
     */
    static Outcome run(Path folder, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx1g", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8"));
        command.addAll(arguments);
        Path output = folder.resolve("output.txt");
        Path errors = folder.resolve("errors.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        // Flags from outside would be printed, and might bring the very module whose absence is tested.
        builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
        Process process = builder.start();
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                throw new AssertionError("not done after two minutes: " + command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
        return new Outcome(
                process.exitValue(),
                Files.readAllLines(output, StandardCharsets.UTF_8),
                Files.readAllLines(errors, StandardCharsets.UTF_8));
    }

    /** The class path of this test. */
    static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** The entries of the class path that make the project and its libraries, without those of the tests. */
    static String modulePath() {
        List<String> names =
                List.of("core", "weights", "tokenizer", "demo", "glm-", "jackson", "slf4j", "jspecify", "protobuf");
        return Arrays.stream(classPath().split(File.pathSeparator, -1))
                .filter(entry ->
                        names.stream().anyMatch(name -> moduleName(entry).startsWith(name)))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A jar's name, or for {@code core/target/classes} the name of the project's folder. */
    private static String moduleName(String entry) {
        Path path = Path.of(entry);
        int folder = path.endsWith(Path.of("target", "classes")) ? path.getNameCount() - 3 : path.getNameCount() - 1;
        return path.getName(folder).toString();
    }
}

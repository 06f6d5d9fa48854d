package io.github.glmjava.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A small GLM of the ChatGLM3 architecture that writes classical Chinese poems; its {@code MODEL_CARD.md} tells more.
 *
 * <p>The model's files are resources of this module. The engine maps files into memory and so needs them in a folder:
 * the folder that the system property {@code io.github.glmjava.demo.folder} names, if it is set; else, when the resources
 * lie in one (in a build's output), that one; else they are extracted to a cache folder of the user the first time, about
 * 26 MB, and found there from then on:
 *
 * <ul>
 *   <li>the folder that the system property {@code io.github.glmjava.demo.cache} names, if it is set
 *   <li>Windows: {@code %LOCALAPPDATA%\glm-java}
 *   <li>macOS: {@code ~/Library/Caches/glm-java}
 *   <li>elsewhere: {@code $XDG_CACHE_HOME/glm-java}, or {@code ~/.cache/glm-java}
 * </ul>
 *
 * Every model version has a folder of its own in there.
 */
public final class DemoModel {
    /** The system property that names a folder where the files are already. */
    private static final String FOLDER_PROPERTY = "io.github.glmjava.demo.folder";

    /** The system property that moves the cache folder. */
    private static final String CACHE_PROPERTY = "io.github.glmjava.demo.cache";

    private static @Nullable Path folder;

    private DemoModel() {}

    /**
     * The model's folder: {@code config.json}, {@code model.safetensors}, {@code tokenizer.model}, the card, the license
     * and what the model is tested with. It must not be written to. Files that were extracted earlier are checked
     * against their SHA-256 once in a JVM, and broken or missing ones are extracted again. Safe for use by many threads
     * and processes.
     *
     * @return an absolute path
     * @throws IOException if the cache folder cannot be written
     */
    public static synchronized Path folder() throws IOException {
        Path known = folder;
        if (known == null) {
            known = locate(System.getProperty(FOLDER_PROPERTY));
            folder = known;
        }
        return known;
    }

    /** @param given the folder that the user names, or null */
    static Path locate(@Nullable String given) throws IOException {
        if (given != null && !given.isEmpty()) {
            return Path.of(given).toAbsolutePath();
        }
        URL list = DemoModel.class.getResource("poet/" + FileList.NAME);
        if (list == null) {
            throw new FileNotFoundException("the demo model's files are not on the class path: poet/" + FileList.NAME);
        }
        if (list.getProtocol().equals("file")) {
            return exploded(list);
        }
        Path cache = cacheFolder(
                        System.getProperty("os.name", ""),
                        Path.of(System.getProperty("user.home", ".")),
                        System.getenv(),
                        System.getProperty(CACHE_PROPERTY))
                .toAbsolutePath();
        try {
            return extract(cache);
        } catch (IOException e) {
            throw new IOException(
                    "cannot extract the demo model to " + cache + " (the system property " + CACHE_PROPERTY
                            + " names another folder): " + e,
                    e);
        }
    }

    private static Path exploded(URL list) {
        try {
            return Path.of(list.toURI()).toAbsolutePath().resolveSibling("");
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException("not a file's address: " + list, e));
        }
    }

    /** Where extracted files go, by operating system. */
    static Path cacheFolder(
            String operatingSystem, Path home, Map<String, String> environment, @Nullable String property) {
        if (property != null && !property.isEmpty()) {
            return Path.of(property);
        }
        if (operatingSystem.startsWith("Windows")) {
            String local = environment.getOrDefault("LOCALAPPDATA", "");
            Path folder = local.isEmpty() ? home.resolve("AppData").resolve("Local") : Path.of(local);
            return folder.resolve("glm-java");
        }
        if (operatingSystem.startsWith("Mac")) {
            return home.resolve("Library").resolve("Caches").resolve("glm-java");
        }
        // The XDG specification wants relative paths to be ignored.
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path folder = cache.startsWith("/") ? Path.of(cache) : home.resolve(".cache");
        return folder.resolve("glm-java");
    }

    /** Puts the files into a folder of their own beneath the cache folder, as far as they are not there yet. */
    static Path extract(Path cache) throws IOException {
        byte[] listBytes;
        try (InputStream in = resource(FileList.NAME)) {
            listBytes = in.readAllBytes();
        }
        FileList files = FileList.parse(new String(listBytes, StandardCharsets.UTF_8));
        Path target = cache.resolve("poet-" + FileList.sha256(listBytes).substring(0, 16));
        Files.createDirectories(target);
        for (FileList.Entry file : files.entries()) {
            file.extractTo(target, () -> resource(file.name()));
        }
        return target;
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = DemoModel.class.getResourceAsStream("poet/" + name);
        if (in == null) {
            throw new FileNotFoundException("the demo model's file is not on the class path: poet/" + name);
        }
        return in;
    }
}

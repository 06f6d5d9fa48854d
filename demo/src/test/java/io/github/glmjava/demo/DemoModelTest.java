package io.github.glmjava.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoModelTest {
    @TempDir
    Path temporary;

    @Test
    void usesTheResourcesWhereTheyAreWhenTheyAreFiles() throws IOException {
        Path folder = DemoModel.folder();

        assertTrue(folder.isAbsolute());
        assertTrue(folder.endsWith(Path.of("io", "github", "glmjava", "demo", "poet")), folder.toString());
        assertTrue(Files.isRegularFile(folder.resolve("config.json")));
    }

    @Test
    void theListNamesEveryFileAndItsHash() throws IOException {
        Path folder = DemoModel.folder();
        FileList list = FileList.parse(Files.readString(folder.resolve(FileList.NAME)));

        Set<String> listed =
                list.entries().stream().map(FileList.Entry::name).collect(Collectors.toCollection(TreeSet::new));
        Set<String> present = names(folder);
        present.remove(FileList.NAME);
        assertEquals(present, listed);
        for (FileList.Entry file : list.entries()) {
            assertEquals(file.sha256(), FileList.sha256(Files.readAllBytes(folder.resolve(file.name()))), file.name());
        }
    }

    @Test
    void extractsEveryFile() throws IOException {
        Path extracted = DemoModel.extract(temporary.resolve("a cache"));

        Set<String> expected = names(DemoModel.folder());
        expected.remove(FileList.NAME);
        assertEquals(expected, names(extracted));
        assertArrayEquals(
                Files.readAllBytes(DemoModel.folder().resolve("model.safetensors")),
                Files.readAllBytes(extracted.resolve("model.safetensors")));
    }

    @Test
    void keepsIntactFilesAndReplacesBrokenOnes() throws IOException {
        Path extracted = DemoModel.extract(temporary);
        Path intact = extracted.resolve("model.safetensors");
        FileTime longAgo = FileTime.fromMillis(1_000_000_000_000L);
        Files.setLastModifiedTime(intact, longAgo);
        Files.delete(extracted.resolve("tokenizer.model"));
        Path broken = extracted.resolve("config.json");
        byte[] original = Files.readAllBytes(broken);
        byte[] changed = original.clone();
        changed[changed.length / 2] ^= 1;
        Files.write(broken, changed);

        assertEquals(extracted, DemoModel.extract(temporary));

        assertEquals(longAgo, Files.getLastModifiedTime(intact));
        assertArrayEquals(original, Files.readAllBytes(broken));
        assertTrue(Files.exists(extracted.resolve("tokenizer.model")));
    }

    @Test
    void leavesNothingBehindWhenTheSourceIsNotWhatTheListSays() throws IOException {
        FileList.Entry entry = new FileList.Entry("config.json", "0".repeat(64));

        IOException e = assertThrows(
                IOException.class,
                () -> entry.extractTo(
                        temporary, () -> Files.newInputStream(DemoModel.folder().resolve("LICENSE"))));

        assertTrue(e.toString().contains("config.json has the SHA-256 "), e.toString());
        assertEquals(Set.of(), names(temporary));
    }

    /** A jar is not a folder, so there the files are extracted to where the property says. */
    @Test
    void extractsFromAJar() throws Exception {
        Path jar = temporary.resolve("demo.jar");
        Path classes = DemoModel.folder().resolve("../../../../..").normalize();
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes.resolve("io"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, out);
            }
        }
        String property = "io.github.glmjava.demo.cache";
        System.setProperty(property, temporary.resolve("cache").toString());
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            Path folder = (Path) loader.loadClass(DemoModel.class.getName())
                    .getMethod("folder")
                    .invoke(null);

            assertTrue(folder.startsWith(temporary.resolve("cache")), folder.toString());
            assertTrue(Files.isRegularFile(folder.resolve("model.safetensors")));
        } finally {
            System.clearProperty(property);
        }
    }

    @Test
    void cacheFolderFollowsTheOperatingSystem() {
        Path home = Path.of("/home/li bai");

        assertEquals(home.resolve(".cache/glm-java"), DemoModel.cacheFolder("Linux", home, Map.of(), null));
        assertEquals(
                Path.of("/var/cache/me/glm-java"),
                DemoModel.cacheFolder("Linux", home, Map.of("XDG_CACHE_HOME", "/var/cache/me"), null));
        assertEquals(
                home.resolve(".cache/glm-java"),
                DemoModel.cacheFolder("Linux", home, Map.of("XDG_CACHE_HOME", "relative"), null));
        assertEquals(home.resolve("Library/Caches/glm-java"), DemoModel.cacheFolder("Mac OS X", home, Map.of(), null));
        assertEquals(
                Path.of("/local/glm-java"),
                DemoModel.cacheFolder("Windows 11", home, Map.of("LOCALAPPDATA", "/local"), null));
        assertEquals(home.resolve("AppData/Local/glm-java"), DemoModel.cacheFolder("Windows 11", home, Map.of(), ""));
        assertEquals(Path.of("/elsewhere"), DemoModel.cacheFolder("Windows 11", home, Map.of(), "/elsewhere"));
    }

    @Test
    void aListMustNotNameOtherFolders() {
        String hash = "0".repeat(64);
        assertThrows(IOException.class, () -> FileList.parse(hash + "  ../config.json\n"));
        assertThrows(IOException.class, () -> FileList.parse(hash + "  /etc/passwd\n"));
        assertThrows(IOException.class, () -> FileList.parse("1234  config.json\n"));
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}

package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardedSafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void shardsAreWrittenAndReadBack() throws IOException {
        List<TensorSource> tensors =
                List.of(bytes("a", 40), bytes("b", 60), bytes("c", 1), bytes("d", 250), bytes("e", 9));
        ShardedSafetensorsWriter.write(folder, tensors, Map.of("format", "pt"), 100);
        assertEquals(
                List.of(
                        "model-00001-of-00004.safetensors",
                        "model-00002-of-00004.safetensors",
                        "model-00003-of-00004.safetensors",
                        "model-00004-of-00004.safetensors",
                        "model.safetensors.index.json"),
                names());
        assertEquals("""
                {"metadata":{"total_size":360},"weight_map":{\
                "a":"model-00001-of-00004.safetensors","b":"model-00001-of-00004.safetensors",\
                "c":"model-00002-of-00004.safetensors","d":"model-00003-of-00004.safetensors",\
                "e":"model-00004-of-00004.safetensors"}}""", Files.readString(folder.resolve("model.safetensors.index.json")));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(
                    List.of("a", "b", "c", "d", "e"),
                    List.copyOf(checkpoint.tensors().keySet()));
            assertEquals(Map.of("format", "pt"), checkpoint.metadata());
            StoredTensor d = checkpoint.tensor("d");
            assertEquals(folder.resolve("model-00003-of-00004.safetensors"), d.file());
            assertEquals(-1, d.data().mismatch(MemorySegment.ofArray(content("d", 250))));
        }
    }

    @Test
    void whatFitsIntoOneShardNeedsNoIndex() throws IOException {
        ShardedSafetensorsWriter.write(folder, List.of(bytes("a", 40), bytes("b", 60)), Map.of(), 100);
        assertEquals(List.of("model.safetensors"), names());
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(2, checkpoint.tensors().size());
        }
    }

    @Test
    void writerKeepsAnExistingCheckpoint() throws IOException {
        List<TensorSource> tensors = List.of(bytes("a", 40), bytes("b", 60));
        ShardedSafetensorsWriter.write(folder, tensors, Map.of(), 50);
        assertThrows(
                FileAlreadyExistsException.class,
                () -> ShardedSafetensorsWriter.write(folder, tensors, Map.of(), 1000));
        assertThrows(
                IllegalArgumentException.class, () -> ShardedSafetensorsWriter.write(folder, tensors, Map.of(), 0));
        assertEquals(3, names().size());
    }

    @Test
    void failureOfTheWriterLeavesNothing() throws IOException {
        TensorSource failing = new TensorSource("b", DType.U8, List.of(60L), out -> {
            throw new IOException("disk on fire");
        });
        List<TensorSource> tensors = List.of(bytes("a", 40), failing);
        assertThrows(IOException.class, () -> ShardedSafetensorsWriter.write(folder, tensors, Map.of(), 50));
        assertEquals(List.of(), names());
    }

    @Test
    void namesAreUniqueAmongShards() throws IOException {
        List<TensorSource> tensors = List.of(bytes("a", 40), bytes("a", 60));
        assertThrows(
                IllegalArgumentException.class, () -> ShardedSafetensorsWriter.write(folder, tensors, Map.of(), 50));
        assertEquals(List.of(), names());
    }

    @Test
    void shardNamesArePlainFileNames() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("inside")).resolveSibling("out.safetensors");
        SafetensorsWriter.write(outside, List.of(bytes("a", 1)), Map.of());
        for (String shard : List.of(
                "../out.safetensors",
                "./out.safetensors",
                "sub/out.safetensors",
                outside.toString(),
                "..\\\\out.safetensors",
                "C:out.safetensors",
                "C:\\\\out.safetensors",
                "\\\\\\\\host\\\\share",
                "out.safetensors/",
                "a\\u0000b",
                "a\\nb",
                ".",
                "..",
                "")) {
            writeIndex("inside/", "{'weight_map':{'a':'" + shard + "'}}");
            rejects(folder.resolve("inside"), "weight_map 'a' names the shard", "expected a plain file name");
        }
    }

    @Test
    void shardsExist() throws IOException {
        write("one", bytes("a", 1));
        writeIndex("", "{'weight_map':{'a':'one.safetensors','b':'two.safetensors'}}");
        rejects(folder, "the shard 'two.safetensors' is missing");
        Files.createDirectory(folder.resolve("two.safetensors"));
        rejects(folder, "the shard 'two.safetensors' is missing");
    }

    @Test
    void shardsAreValid() throws IOException {
        write("one", bytes("a", 1));
        Files.write(folder.resolve("two.safetensors"), new byte[3]);
        writeIndex("", "{'weight_map':{'a':'one.safetensors','b':'two.safetensors'}}");
        rejects(folder, "two.safetensors: the file has 3 bytes");
    }

    @Test
    void tensorIsInTheShardThatTheIndexNames() throws IOException {
        write("one", bytes("a", 1), bytes("b", 1));
        write("two", bytes("c", 1));
        writeIndex("", "{'weight_map':{'a':'one.safetensors','b':'two.safetensors','c':'two.safetensors'}}");
        rejects(folder, "tensor 'b' should be in", "two.safetensors, but is in", "one.safetensors");
        writeIndex("", "{'weight_map':{'a':'one.safetensors','b':'one.safetensors','z':'one.safetensors'}}");
        rejects(folder, "tensor 'z' should be in", "one.safetensors, but is in no shard");
    }

    @Test
    void tensorOfAShardIsInTheIndex() throws IOException {
        write("one", bytes("a", 1), bytes("b", 1));
        writeIndex("", "{'weight_map':{'a':'one.safetensors'}}");
        rejects(folder, "tensor 'b' of", "one.safetensors is not in the index");
    }

    @Test
    void tensorIsInOneShardOnly() throws IOException {
        write("one", bytes("a", 1));
        write("two", bytes("a", 1), bytes("b", 1));
        writeIndex("", "{'weight_map':{'a':'one.safetensors','b':'two.safetensors'}}");
        rejects(folder, "tensor 'a' is in two shards", "one.safetensors and", "two.safetensors");
    }

    @Test
    void indexIsWellFormed() throws IOException {
        indexRejects("", "the index is missing, expected an object");
        indexRejects("[]", "the index is an array, expected an object");
        indexRejects("{}", "the index has no weight_map");
        indexRejects("{'weight_map':[]}", "weight_map is an array, expected an object");
        indexRejects("{'weight_map':{'a':1}}", "weight_map 'a' is an integer, expected a file name");
        indexRejects("{'weight_map':{'a':'x','a':'x'}}", "Duplicate");
        indexRejects("{'weight_map':{},'weight_map':{}}", "Duplicate");
        indexRejects("{'weight_map':{}}{}", "the index goes on after its JSON object");
        indexRejects("{'weight_map':{}", "not valid JSON");
        indexRejects("{'metadata':" + "[".repeat(100_000), "not valid JSON");
    }

    @Test
    void indexMayBeEmptyAndSayMore() throws IOException {
        ShardIndex index = ShardIndex.parse(
                new ByteArrayInputStream(
                        "{\"metadata\":{\"total_size\":1e9,\"x\":[{}]},\"weight_map\":{}, \"y\":null}\n"
                                .getBytes(StandardCharsets.UTF_8)),
                folder.resolve("index.json"));
        assertEquals(Map.of(), index.shards());
    }

    @Test
    void firstShardsMetadataCounts() throws IOException {
        SafetensorsWriter.write(folder.resolve("1.safetensors"), List.of(bytes("a", 1)), Map.of("k", "1", "x", "1"));
        SafetensorsWriter.write(folder.resolve("2.safetensors"), List.of(bytes("b", 1)), Map.of("k", "2", "y", "2"));
        writeIndex("", "{'weight_map':{'b':'2.safetensors','a':'1.safetensors'}}");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(Map.of("k", "1", "x", "1", "y", "2"), checkpoint.metadata());
        }
    }

    private void indexRejects(String index, String messagePart) throws IOException {
        writeIndex("", index);
        rejects(folder, messagePart);
    }

    private void writeIndex(String subfolder, String singleQuoted) throws IOException {
        Files.writeString(folder.resolve(subfolder + "model.safetensors.index.json"), singleQuoted.replace('\'', '"'));
    }

    private void write(String shard, TensorSource... tensors) throws IOException {
        SafetensorsWriter.write(folder.resolve(shard + ".safetensors"), List.of(tensors), Map.of());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return List.copyOf(new TreeSet<>(
                    files.map(file -> folder.relativize(file).toString()).toList()));
        }
    }

    private static void rejects(Path folder, String... messageParts) {
        String message = RawSafetensors.rejection(() -> Checkpoint.open(folder).close());
        for (String part : messageParts) {
            assertTrue(message.contains(part), () -> "'" + message + "' should contain '" + part + "'");
        }
    }

    private static TensorSource bytes(String name, int size) {
        return TensorSource.of(name, DType.U8, List.of((long) size), MemorySegment.ofArray(content(name, size)));
    }

    private static byte[] content(String name, int size) {
        return name.repeat(size).getBytes(StandardCharsets.US_ASCII);
    }
}

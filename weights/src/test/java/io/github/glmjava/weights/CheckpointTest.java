package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path folder;

    @Test
    void singleFileOfAnyNameIsOpened() throws IOException {
        Path file = write("adapter_model.safetensors", "a");
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(file, checkpoint.file());
            assertEquals(file, checkpoint.tensor("a").file());
        }
    }

    @Test
    void indexIsOpenedAsAFile() throws IOException {
        write("one.safetensors", "a");
        Path index = writeIndex("one.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(index)) {
            assertEquals(index, checkpoint.file());
            assertEquals(List.of("a"), List.copyOf(checkpoint.tensors().keySet()));
        }
    }

    @Test
    void wholeFileGoesBeforeIndex() throws IOException {
        write("one.safetensors", "a");
        writeIndex("one.safetensors");
        Path whole = write("model.safetensors", "b");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(whole, checkpoint.file());
        }
    }

    @Test
    void otherFilesOfAFolderAreNotWeights() throws IOException {
        write("expected.safetensors", "a");
        write("adapter_model.safetensors", "a");
        Files.writeString(folder.resolve("config.json"), "{}");
        assertEquals(
                folder + ": no checkpoint found; looked for model.safetensors and model.safetensors.index.json and"
                        + " pytorch_model.bin and pytorch_model.bin.index.json, but the folder holds 'adapter_model.safetensors', 'config.json', 'expected.safetensors'",
                RawSafetensors.rejection(() -> Checkpoint.open(folder).close()));
    }

    @Test
    void emptyAndCrowdedFoldersAreDescribed() throws IOException {
        assertTrue(RawSafetensors.rejection(() -> Checkpoint.open(folder).close())
                .endsWith("but the folder holds nothing"));
        for (int i = 10; i < 30; i++) {
            Files.createFile(folder.resolve(i + ".txt"));
        }
        assertTrue(RawSafetensors.rejection(() -> Checkpoint.open(folder).close())
                .endsWith("'10.txt', '11.txt', '12.txt', '13.txt', '14.txt', '15.txt', '16.txt', '17.txt', '18.txt',"
                        + " '19.txt', '20.txt', '21.txt' and 8 more"));
    }

    @Test
    void whatIsNoCheckpointIsNamed() throws IOException {
        Path missing = folder.resolve("missing.safetensors");
        assertEquals(
                missing + ": there is no such file or folder",
                RawSafetensors.rejection(() -> Checkpoint.open(missing).close()));
        Path text = Files.writeString(folder.resolve("README.md"), "# Model");
        assertTrue(RawSafetensors.rejection(() -> Checkpoint.open(text).close())
                .startsWith(text + ": not a checkpoint file by its name"));
        Files.createDirectory(folder.resolve("model.safetensors"));
        assertTrue(
                RawSafetensors.rejection(() -> Checkpoint.open(folder).close()).contains("expected a file"));
    }

    @Test
    void missingTensorIsDescribed() throws IOException {
        String layer = "transformer.encoder.layers.0.";
        Path file = write(
                "model.safetensors",
                layer + "input_layernorm.weight",
                layer + "mlp.dense_h_to_4h.weight",
                layer + "self_attention.dense.weight",
                layer + "self_attention.query_key_value.weight",
                layer + "self_attention.query_key_value.bias",
                "transformer.output_layer.weight");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertNull(checkpoint.find(layer + "self_attention.query_key_values.weight"));
            String message =
                    RawSafetensors.rejection(() -> checkpoint.tensor(layer + "self_attention.query_key_values.weight"));
            assertTrue(
                    message.startsWith(
                            file + ": no tensor '" + layer + "self_attention.query_key_values.weight'; similar: '"
                                    + layer + "self_attention.query_key_value.weight', '"),
                    message);
            assertEquals(
                    file + ": no tensor 'x' among its 6, the first is '" + layer + "input_layernorm.weight'",
                    RawSafetensors.rejection(() -> checkpoint.tensor("x")));
            String present = layer + "self_attention.dense.weight";
            assertSame(checkpoint.find(present), checkpoint.tensor(present));
        }
    }

    @Test
    void closedCheckpointIsNotRead() throws IOException {
        write("model.safetensors", "a");
        Checkpoint checkpoint = Checkpoint.open(folder);
        StoredTensor tensor = checkpoint.tensor("a");
        checkpoint.close();
        checkpoint.close();
        assertThrows(IllegalStateException.class, () -> tensor.data().get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> tensor.read(data -> data.get(ValueLayout.JAVA_BYTE, 0)));
    }

    @Test
    void anyThreadMayReadAndClose() throws Exception {
        write("model.safetensors", "a");
        Checkpoint checkpoint = Checkpoint.open(folder);
        Thread thread = new Thread(() -> {
            assertEquals(
                    7, checkpoint.tensors().values().iterator().next().data().get(ValueLayout.JAVA_BYTE, 0));
            checkpoint.close();
        });
        Throwable[] failure = new Throwable[1];
        thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
        thread.start();
        thread.join();
        assertNull(failure[0]);
        StoredTensor tensor = checkpoint.tensor("a");
        assertThrows(IllegalStateException.class, () -> tensor.data().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void failureUnmapsTheFiles() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        Assumptions.assumeTrue(Files.exists(maps), "only Linux lists the maps of a process");
        write("one.safetensors", "a");
        Files.write(folder.resolve("two.safetensors"), RawSafetensors.file("{}", 1));
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}");
        String name = folder.toRealPath().toString();
        try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("one.safetensors"))) {
            assertEquals(1, checkpoint.tensors().size());
            assertTrue(Files.readString(maps).contains(name), "the list shows maps");
        }
        RawSafetensors.rejection(() -> Checkpoint.open(folder).close());
        assertFalse(Files.readString(maps).contains(name));
    }

    /** Without a safepoint between the access and the end of the method the JVM would throw its error in the caller. */
    @Test
    void faultInCodeCompiledAsAWholeIsReported() throws IOException {
        Path small = folder.resolve("small.safetensors");
        Path large = folder.resolve("large.safetensors");
        SafetensorsWriter.write(small, List.of(zeros(64)), Map.of());
        SafetensorsWriter.write(large, List.of(zeros(1 << 20)), Map.of());
        try (Checkpoint whole = Checkpoint.open(small);
                Checkpoint truncated = Checkpoint.open(large)) {
            StoredTensor tensor = whole.tensor("a");
            for (int i = 0; i < 200_000; i++) {
                assertEquals(64, tensor.toFloats().length);
            }
            truncate(large);
            for (int i = 0; i < 20; i++) {
                assertTrue(RawSafetensors.rejection(truncated.tensor("a")::toFloats)
                        .startsWith(large + ": cannot read tensor 'a': the file was truncated"));
            }
        }
    }

    private static TensorSource zeros(int floats) {
        return TensorSource.of("a", DType.F32, List.of((long) floats), MemorySegment.ofArray(new byte[4 * floats]));
    }

    private static void truncate(Path file) {
        try (RandomAccessFile truncated = new RandomAccessFile(file.toFile(), "rw")) {
            truncated.setLength(4096);
        } catch (IOException e) {
            Assumptions.abort("this system does not truncate a mapped file");
        }
    }

    @Test
    void fileTruncatedAfterOpeningIsReported() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, List.of(zeros(1 << 20)), Map.of());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            truncate(file);
            StoredTensor tensor = checkpoint.tensor("a");
            String expected = file + ": cannot read tensor 'a': the file was truncated";
            assertTrue(RawSafetensors.rejection(tensor::toFloats).startsWith(expected));
            for (int i = 0; i < 200; i++) { // compiled code too
                assertTrue(RawSafetensors.rejection(() -> tensor.read(CheckpointTest::sum))
                        .startsWith(expected));
            }
            Path copy = folder.resolve("copy.safetensors");
            assertThrows(
                    IOException.class, () -> SafetensorsWriter.write(copy, List.of(TensorSource.of(tensor)), Map.of()));
            assertFalse(Files.exists(copy));
        }
    }

    @Test
    void offsetsAndCountsBeyondTwoBillionWork() throws IOException {
        long elements = (1L << 31) + 5;
        long bytes = 2 * elements;
        String header = "{\"large\":{\"dtype\":\"BF16\",\"shape\":[" + elements + "],\"data_offsets\":[0," + bytes
                + "]}," + "\"small\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" + bytes + "," + (bytes + 8)
                + "]}}";
        byte[] prefix = RawSafetensors.withLength(header.length(), header);
        Path path = folder.resolve("model.safetensors");
        Assumptions.assumeTrue(
                Files.getFileStore(folder).getUsableSpace() > 2 * bytes, "not enough space if the file is not sparse");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(prefix.length + bytes + 8);
            file.write(prefix);
            file.seek(prefix.length + bytes - 1);
            file.write(ByteBuffer.allocate(9)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put((byte) 42)
                    .putFloat(1.5f)
                    .putFloat(-2)
                    .array());
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            StoredTensor large = checkpoint.tensor("large");
            assertEquals(elements, large.elements());
            assertEquals(0, large.data().get(ValueLayout.JAVA_BYTE, 1L << 31));
            assertEquals(42, large.data().get(ValueLayout.JAVA_BYTE, bytes - 1));
            assertArrayEquals(new float[] {1.5f, -2}, checkpoint.tensor("small").toFloats());
            String message = RawSafetensors.rejection(large::toFloats);
            assertTrue(message.contains("has " + elements + " elements, more than"), message);
        }
    }

    private static long sum(MemorySegment data) {
        long sum = 0;
        for (long i = 0; i < data.byteSize(); i += Integer.BYTES) {
            sum += data.get(ValueLayout.JAVA_INT_UNALIGNED, i);
        }
        return sum;
    }

    /** A file of tensors that hold a 7 each. */
    private Path write(String fileName, String... names) throws IOException {
        Path file = folder.resolve(fileName);
        List<TensorSource> tensors = Arrays.stream(names)
                .map(name -> TensorSource.of(name, DType.U8, List.of(), MemorySegment.ofArray(new byte[] {7})))
                .toList();
        SafetensorsWriter.write(file, tensors, Map.of());
        return file;
    }

    private Path writeIndex(String shardOfA) throws IOException {
        return Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"" + shardOfA + "\"}}",
                StandardCharsets.UTF_8);
    }
}

package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @Test
    void readerReadsWhatWriterWrote() throws IOException {
        Random random = new Random(7);
        List<DType> dtypes = writable();
        for (int round = 0; round < 200; round++) {
            List<TensorSource> tensors = new ArrayList<>();
            List<byte[]> contents = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                DType dtype = dtypes.get(random.nextInt(dtypes.size()));
                List<Long> shape = randomShape(random);
                byte[] content = new byte[(int) dtype.byteSize(shape)];
                random.nextBytes(content);
                tensors.add(TensorSource.of(randomName(random) + i, dtype, shape, MemorySegment.ofArray(content)));
                contents.add(content);
            }
            Map<String, String> metadata = random.nextBoolean() ? Map.of() : Map.of("格式", randomName(random));
            Path file = folder.resolve("round.safetensors");
            SafetensorsWriter.write(file, tensors, metadata);
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                assertEquals(metadata, checkpoint.metadata());
                assertEquals(tensors.size(), checkpoint.tensors().size());
                for (int i = 0; i < tensors.size(); i++) {
                    StoredTensor tensor = checkpoint.tensor(tensors.get(i).name());
                    assertEquals(tensors.get(i).dtype(), tensor.dtype());
                    assertEquals(tensors.get(i).shape(), tensor.shape());
                    assertArrayEquals(contents.get(i), tensor.data().toArray(ValueLayout.JAVA_BYTE));
                }
            }
        }
    }

    /** Safetensors has no blocks. */
    private static List<DType> writable() {
        return Stream.of(DType.values()).filter(dtype -> !dtype.isBlocked()).toList();
    }

    @Test
    void everyTypeIsWritten() throws IOException {
        List<TensorSource> tensors = new ArrayList<>();
        for (DType dtype : writable()) {
            byte[] content = new byte[3 * dtype.bytes()];
            content[0] = 1;
            tensors.add(TensorSource.of(dtype.name(), dtype, List.of(3L), MemorySegment.ofArray(content)));
        }
        Path file = folder.resolve("types.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            // All sizes are more than zero, so the order of the bytes is that of the list.
            assertEquals(
                    tensors.stream().map(TensorSource::name).toList(),
                    List.copyOf(checkpoint.tensors().keySet()));
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                assertEquals(tensor.name(), tensor.dtype().name());
            }
        }
    }

    @Test
    void dataBeginsAtAMultipleOfSixtyFour() throws IOException {
        for (int nameLength = 1; nameLength < 70; nameLength++) {
            Path file = folder.resolve("aligned.safetensors");
            SafetensorsWriter.write(file, List.of(bytes("n".repeat(nameLength), 5)), Map.of());
            long headerLength = ByteBuffer.wrap(Files.readAllBytes(file))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            assertEquals(0, (8 + headerLength) % 64);
            assertEquals(8 + headerLength + 5, Files.size(file));
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                assertEquals(0, checkpoint.tensor("n".repeat(nameLength)).data().address() % 64);
            }
        }
    }

    @Test
    void headerIsWrittenAsTheFormatSays() throws IOException {
        Path file = folder.resolve("exact.safetensors");
        SafetensorsWriter.write(
                file,
                List.of(bytes("词", 3), new TensorSource("s", DType.F16, List.of(), out -> {
                    out.write(ByteBuffer.wrap(new byte[] {9}));
                    out.write(ByteBuffer.wrap(new byte[] {8}));
                })),
                Map.of("format", "pt"));
        String header = """
                {"__metadata__":{"format":"pt"},"词":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},\
                "s":{"dtype":"F16","shape":[],"data_offsets":[3,5]}}""";
        int padding = 64 - (8 + header.getBytes(StandardCharsets.UTF_8).length) % 64;
        byte[] expected = RawSafetensors.file(
                (header + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8), new byte[] {0, 0, 0, 9, 8});
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    @Test
    void segmentsOfEveryKindAreWritten() throws IOException {
        int floats = 700_000; // several pieces
        float[] values = new float[floats];
        for (int i = 0; i < floats; i++) {
            values[i] = i;
        }
        Path file = folder.resolve("segments.safetensors");
        try (Arena arena = Arena.ofConfined()) {
            List<Long> shape = List.of((long) floats);
            MemorySegment nativeCopy = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
            SafetensorsWriter.write(
                    file,
                    List.of(
                            TensorSource.of("heap", DType.F32, shape, MemorySegment.ofArray(values)),
                            TensorSource.of("native", DType.F32, shape, nativeCopy)),
                    Map.of());
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertArrayEquals(values, checkpoint.tensor("heap").toFloats());
            assertArrayEquals(values, checkpoint.tensor("native").toFloats());
            Path copy = folder.resolve("copy.safetensors");
            SafetensorsWriter.write(
                    copy,
                    checkpoint.tensors().values().stream().map(TensorSource::of).toList(),
                    checkpoint.metadata());
            assertEquals(-1, Files.mismatch(file, copy));
        }
    }

    @Test
    void contentIsAskedForWhenItsTurnComes() throws IOException {
        List<String> events = new ArrayList<>();
        List<TensorSource> tensors = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            tensors.add(new TensorSource(name, DType.U8, List.of(2L), out -> {
                events.add(name);
                assertTrue(out.isOpen());
                out.write(ByteBuffer.wrap(new byte[2]));
                out.close();
                events.add(name + " done");
            }));
        }
        SafetensorsWriter.write(folder.resolve("lazy.safetensors"), tensors, Map.of());
        assertEquals(List.of("a", "a done", "b", "b done", "c", "c done"), events);
    }

    @Test
    void failureLeavesTheOldFile() throws IOException {
        Path file = folder.resolve("kept.safetensors");
        SafetensorsWriter.write(file, List.of(bytes("old", 5)), Map.of());
        byte[] before = Files.readAllBytes(file);
        TensorSource failing = new TensorSource("new", DType.U8, List.of(4L), out -> {
            out.write(ByteBuffer.wrap(new byte[2]));
            throw new IOException("disk on fire");
        });
        IOException e =
                assertThrows(IOException.class, () -> SafetensorsWriter.write(file, List.of(failing), Map.of()));
        assertEquals("disk on fire", e.getMessage());
        assertArrayEquals(before, Files.readAllBytes(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void existingFileIsReplacedWhileItIsOpen() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, List.of(bytes("old", 5)), Map.of());
        try (Checkpoint old = Checkpoint.open(file)) {
            SafetensorsWriter.write(file, List.of(TensorSource.of(old.tensor("old")), bytes("new", 6)), Map.of());
            assertEquals(5, old.tensor("old").data().toArray(ValueLayout.JAVA_BYTE).length);
        }
        try (Checkpoint replaced = Checkpoint.open(file)) {
            assertEquals(2, replaced.tensors().size());
        }
    }

    @Test
    void contentOfAnotherSizeIsRefused() {
        for (int size : new int[] {0, 3, 5, 100}) {
            TensorSource tensor = new TensorSource("t", DType.U8, List.of(4L), out -> {
                for (int i = 0; i < size; i++) {
                    out.write(ByteBuffer.wrap(new byte[1]));
                }
            });
            Path file = folder.resolve("size.safetensors");
            assertThrows(IllegalStateException.class, () -> SafetensorsWriter.write(file, List.of(tensor), Map.of()));
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void misuseIsRefused() {
        Path file = folder.resolve("misuse.safetensors");
        misuse(() -> SafetensorsWriter.write(file, List.of(bytes("a", 1), bytes("a", 1)), Map.of()));
        misuse(() -> SafetensorsWriter.write(file, List.of(), Map.of("k", "\ud800")));
        misuse(() -> bytes("__metadata__", 1));
        misuse(() -> bytes("\udc00", 1));
        misuse(() -> new TensorSource("a", DType.U8, List.of(-1L), out -> {}));
        misuse(() -> new TensorSource("a", DType.F16, List.of(Long.MAX_VALUE), out -> {}));
        misuse(() -> TensorSource.of("a", DType.F16, List.of(2L), MemorySegment.ofArray(new byte[3])));
        TensorSource large = new TensorSource("a", DType.U8, List.of(Long.MAX_VALUE), out -> {});
        TensorSource other = new TensorSource("b", DType.U8, List.of(1L), out -> {});
        misuse(() -> SafetensorsWriter.write(file, List.of(large, other), Map.of()));
        misuse(() -> SafetensorsWriter.write(file, List.of(), Map.of("k", "v".repeat(SafetensorsHeader.MAX_LENGTH))));
        assertFalse(Files.exists(file));
    }

    private static void misuse(Executable call) {
        assertThrows(IllegalArgumentException.class, call);
    }

    private static TensorSource bytes(String name, int size) {
        return TensorSource.of(name, DType.U8, List.of((long) size), MemorySegment.ofArray(new byte[size]));
    }

    private static List<Long> randomShape(Random random) {
        return random.longs(random.nextInt(5), 0, 6).boxed().toList();
    }

    /** Any Unicode text: control characters, quotes, other planes. */
    private static String randomName(Random random) {
        return random.ints(0, Character.MAX_CODE_POINT + 1)
                .map(c -> random.nextBoolean() ? c % 128 : c)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .limit(random.nextInt(20))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}

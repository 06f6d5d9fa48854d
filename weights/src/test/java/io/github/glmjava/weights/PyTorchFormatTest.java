package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Torch files on disk: folders, single files and shards. */
class PyTorchFormatTest {
    @TempDir
    Path folder;

    @Test
    void folderIsOpened() throws IOException {
        Path file = write("pytorch_model.bin", "a");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(file, checkpoint.file());
            StoredTensor tensor = checkpoint.tensor("a");
            assertEquals(file, tensor.file());
            assertEquals(List.of(4L), tensor.shape());
            assertArrayEquals(RawTorch.counting(4), tensor.data().toArray(ValueLayout.JAVA_BYTE));
            assertEquals(Map.of(), checkpoint.metadata());
        }
    }

    @Test
    void singleFileOfAnyNameIsOpened() throws IOException {
        for (String name : List.of("adapter_model.bin", "mp_rank_00_model_states.pt", "model.pth")) {
            try (Checkpoint checkpoint = Checkpoint.open(write(name, "a"))) {
                assertEquals(1, checkpoint.tensors().size());
            }
        }
    }

    @Test
    void preferenceIsThatOfTransformers() throws IOException {
        write("shard.bin", "d");
        writeIndex("{'weight_map':{'d':'shard.bin'}}");
        assertOpened("pytorch_model.bin.index.json");
        write("pytorch_model.bin", "c");
        assertOpened("pytorch_model.bin");
        writeSafetensors("shard.safetensors", "b");
        Files.writeString(
                folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"b\":\"shard.safetensors\"}}");
        assertOpened("model.safetensors.index.json");
        writeSafetensors("model.safetensors", "a");
        assertOpened("model.safetensors");
    }

    @Test
    void shardsAreOneCheckpoint() throws IOException {
        write("pytorch_model-00001-of-00002.bin", "b", "a");
        writeLegacy("pytorch_model-00002-of-00002.bin", "c");
        writeIndex("{'metadata':{'total_size':12},'weight_map':{'a':'pytorch_model-00001-of-00002.bin',"
                + "'b':'pytorch_model-00001-of-00002.bin','c':'pytorch_model-00002-of-00002.bin'}}");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(
                    List.of("b", "a", "c"), List.copyOf(checkpoint.tensors().keySet()));
            assertTrue(checkpoint.tensor("c").file().endsWith("pytorch_model-00002-of-00002.bin"));
        }
    }

    @Test
    void shardsAndIndexAgree() throws IOException {
        write("1.bin", "a", "b");
        write("2.bin", "b");
        writeIndex("{'weight_map':{'a':'1.bin','b':'2.bin'}}");
        rejects("tensor 'b' is in two shards");
        writeIndex("{'weight_map':{'a':'1.bin'}}");
        rejects("tensor 'b' of");
        writeIndex("{'weight_map':{'a':'1.bin','b':'1.bin','c':'1.bin'}}");
        rejects("tensor 'c' should be in");
        writeIndex("{'weight_map':{'a':'../1.bin'}}");
        rejects("expected a plain file name");
        writeIndex("{'weight_map':{'a':'3.bin'}}");
        rejects("the shard '3.bin' is missing");
    }

    @Test
    void failureUnmapsTheFiles() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        Assumptions.assumeTrue(Files.exists(maps), "only Linux lists the maps of a process");
        write("1.bin", "a");
        Files.write(folder.resolve("2.bin"), new byte[] {(byte) 0x80, 2, '.'});
        writeIndex("{'weight_map':{'a':'1.bin','b':'2.bin'}}");
        String name = folder.toRealPath().toString();
        try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("1.bin"))) {
            assertEquals(1, checkpoint.tensors().size());
            assertTrue(Files.readString(maps).contains(name), "the list shows maps");
        }
        rejects("takes 1 values off its stack");
        assertFalse(Files.readString(maps).contains(name));
    }

    @Test
    void storagesBeyondFourBillionBytesWork() throws IOException {
        long elements = (1L << 32) + 5;
        byte[] pickle = RawPickle.begin()
                .op(PickleOpcode.EMPTY_DICT)
                .text("large")
                .tensor("0", elements)
                .op(PickleOpcode.SETITEM)
                .stop();
        byte[] beginning = RawTorch.legacy(pickle, List.of("0"), RawTorch.counted(elements, new byte[0]));
        Assumptions.assumeTrue(
                Files.getFileStore(folder).getUsableSpace() > 2 * elements,
                "not enough space if the file is not sparse");
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("pytorch_model.bin").toFile(), "rw")) {
            file.write(beginning);
            file.setLength(beginning.length + elements);
            file.seek(beginning.length + elements - 1);
            file.write(42);
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            StoredTensor large = checkpoint.tensor("large");
            assertEquals(elements, large.elements());
            assertEquals(0, large.data().get(ValueLayout.JAVA_BYTE, 1L << 32));
            assertEquals(42, large.data().get(ValueLayout.JAVA_BYTE, elements - 1));
        }
    }

    private void assertOpened(String fileName) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertEquals(folder.resolve(fileName), checkpoint.file());
        }
    }

    private void rejects(String messagePart) {
        String message = RawSafetensors.rejection(() -> Checkpoint.open(folder).close());
        assertTrue(message.contains(messagePart), message);
    }

    private void writeIndex(String singleQuoted) throws IOException {
        Files.writeString(folder.resolve("pytorch_model.bin.index.json"), singleQuoted.replace('\'', '"'));
    }

    private void writeSafetensors(String fileName, String name) throws IOException {
        TensorSource tensor = TensorSource.of(name, DType.U8, List.of(), MemorySegment.ofArray(new byte[1]));
        SafetensorsWriter.write(folder.resolve(fileName), List.of(tensor), Map.of());
    }

    private Path write(String fileName, String... names) throws IOException {
        return Files.write(folder.resolve(fileName), RawTorch.zip(pickle(names), Map.of("0", RawTorch.counting(4))));
    }

    private void writeLegacy(String fileName, String... names) throws IOException {
        byte[] storage = RawTorch.counted(4, RawTorch.counting(4));
        Files.write(folder.resolve(fileName), RawTorch.legacy(pickle(names), List.of("0"), storage));
    }

    /** Tensors of 4 bytes which share a storage. */
    private static byte[] pickle(String... names) {
        RawPickle pickle = RawPickle.begin().op(PickleOpcode.EMPTY_DICT).op(PickleOpcode.MARK);
        for (String name : names) {
            pickle.text(name).tensor("0", 4);
        }
        return pickle.op(PickleOpcode.SETITEMS).stop();
    }
}

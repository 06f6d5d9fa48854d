package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a torch file may contain, in either format, and what is wrong about those that are rejected. */
class TorchFileTest {
    private static final int STORAGE_SIZE = 48;
    private static final Map<String, byte[]> STORAGE = Map.of("0", RawTorch.counting(STORAGE_SIZE));

    @Test
    void tensorsOfOneStorageAreViews() throws CheckpointException {
        byte[] pickle = dict(
                "whole", tensor("ShortStorage", 24, 0, sizes(2, 3, 4), sizes(12, 4, 1)),
                "slice", tensor("ShortStorage", 24, 5, sizes(3), sizes(1)),
                "ones", tensor("ShortStorage", 24, 2, sizes(1, 2, 1), sizes(99, 1, 7)),
                "scalar", tensor("ShortStorage", 24, 23, sizes(), sizes()),
                "none", tensor("ShortStorage", 24, 24, sizes(3, 0), sizes(1 << 30, 5)));
        FileContents file = view(pickle, 24);
        assertEquals(
                List.of("whole", "slice", "ones", "scalar", "none"),
                List.copyOf(file.tensors().keySet()));
        assertTensor(file, "whole", List.of(2L, 3L, 4L), RawTorch.counting(48));
        assertTensor(file, "slice", List.of(3L), new byte[] {10, 11, 12, 13, 14, 15});
        assertTensor(file, "ones", List.of(1L, 2L, 1L), new byte[] {4, 5, 6, 7});
        assertTensor(file, "scalar", List.of(), new byte[] {46, 47});
        assertTensor(file, "none", List.of(3L, 0L), new byte[0]);
        assertEquals(DType.I16, RawSafetensors.tensor(file, "whole").dtype());
        assertTrue(RawSafetensors.tensor(file, "whole").data().isReadOnly());
        assertEquals(Map.of(), file.metadata());
    }

    @Test
    void transposedTensorsAreCopied() throws CheckpointException {
        FileContents file = view(
                dict(
                        "bytes",
                        tensor("ByteStorage", 48, 1, sizes(3, 1, 2), sizes(1, 0, 3)),
                        "shorts",
                        tensor("ShortStorage", 24, 0, sizes(2, 2), sizes(1, 4), "1"),
                        "repeated",
                        tensor("ByteStorage", 48, 7, sizes(2, 2), sizes(0, 1))),
                Map.of("0", RawTorch.counting(48), "1", RawTorch.counting(48)),
                List.of("0", "1"),
                48,
                24);
        assertTensor(file, "bytes", List.of(3L, 1L, 2L), new byte[] {1, 4, 2, 5, 3, 6});
        assertTensor(file, "shorts", List.of(2L, 2L), new byte[] {0, 1, 8, 9, 2, 3, 10, 11});
        assertTensor(file, "repeated", List.of(2L, 2L), new byte[] {7, 8, 7, 8});
        assertTrue(RawSafetensors.tensor(file, "bytes").data().isReadOnly());
    }

    @Test
    void copiesAreNoLargerThanTheFile() {
        rejects(
                dict("a", tensor("ByteStorage", 48, 0, sizes(1000, 1000), sizes(0, 0))),
                "tensor 'a' of size [1000, 1000], stride [0, 0] and offset 0 is not contiguous, and a copy of it takes"
                        + " 1000000 bytes, more than");
    }

    @Test
    void allTypesOfStorages() throws CheckpointException {
        Map<String, DType> types = Map.of(
                "DoubleStorage",
                DType.F64,
                "FloatStorage",
                DType.F32,
                "HalfStorage",
                DType.F16,
                "BFloat16Storage",
                DType.BF16,
                "LongStorage",
                DType.I64,
                "IntStorage",
                DType.I32,
                "ShortStorage",
                DType.I16,
                "CharStorage",
                DType.I8,
                "ByteStorage",
                DType.U8,
                "BoolStorage",
                DType.BOOL);
        for (Map.Entry<String, DType> type : types.entrySet()) {
            long elements = STORAGE_SIZE / type.getValue().bytes();
            FileContents file =
                    view(dict("a", tensor(type.getKey(), elements, 0, sizes(elements), sizes(1))), elements);
            assertEquals(type.getValue(), RawSafetensors.tensor(file, "a").dtype());
        }
    }

    @Test
    void parametersAreTensors() throws CheckpointException {
        RawPickle parameter = new RawPickle()
                .global("torch._utils", "_rebuild_parameter")
                .op(PickleOpcode.MARK)
                .raw(tensor("ByteStorage", 48, 0, sizes(48), sizes(1)))
                .op(PickleOpcode.NEWTRUE)
                .orderedDict()
                .op(PickleOpcode.TUPLE)
                .op(PickleOpcode.REDUCE);
        assertTensor(view(dict("a", parameter.unfinished()), 48), "a", List.of(48L), RawTorch.counting(48));
        rejects(
                dict(
                        "a",
                        new RawPickle()
                                .global("torch._utils", "_rebuild_parameter")
                                .numbers(1, 2, 3)
                                .op(PickleOpcode.REDUCE)
                                .unfinished()),
                "has the integer 1 as the data of a parameter");
    }

    @Test
    void metadataOfTensorsIsEmpty() throws CheckpointException {
        RawPickle metadata = new RawPickle().op(PickleOpcode.EMPTY_DICT);
        assertEquals(1, view(dict("a", withMetadata(metadata)), 48).tensors().size());
        metadata.text("neg").op(PickleOpcode.NEWTRUE).op(PickleOpcode.SETITEM);
        rejects(dict("a", withMetadata(metadata)), "has a dict of 1 as the metadata of a tensor");
    }

    @Test
    void tensorsAreInsideTheirStorage() {
        String[] expected = {"beyond the 48 elements of storage '0'"};
        rejects(bytes(0, sizes(49), sizes(1)), expected);
        rejects(bytes(1, sizes(48), sizes(1)), expected);
        rejects(bytes(49, sizes(0), sizes(1)), expected);
        rejects(bytes(Long.MAX_VALUE, sizes(1), sizes(1)), expected);
        rejects(bytes(0, sizes(2, 2), sizes(47, 1)), expected);
        rejects(bytes(0, sizes(2), sizes(Long.MAX_VALUE)), expected);
        rejects(bytes(0, sizes(3, 3), sizes(Long.MAX_VALUE, 1)), expected);
        rejects(bytes(1, sizes(2), sizes(Long.MAX_VALUE)), expected);
        rejects(bytes(0, sizes(Long.MAX_VALUE, 3), sizes(0, 0)), expected);
        rejects(bytes(0, sizes(1L << 31, 1L << 31, 1L << 31), sizes(0, 0, 0)), expected);
    }

    @Test
    void numbersOfTensorsAreNotNegative() {
        rejects(bytes(-1, sizes(1), sizes(1)), "has the integer -1 as the storage offset of a tensor, expected");
        rejects(bytes(0, sizes(-1), sizes(1)), "has the integer -1 as the size of a tensor");
        rejects(bytes(47, sizes(2), sizes(-1)), "has the integer -1 as the stride of a tensor");
        rejects(bytes(0, sizes(1, 1), sizes(1)), "of size [1, 1] with stride [1], expected as many numbers");
        rejects(bytes(0, new long[17], new long[17]), "a tuple of 17 as the size of a tensor, expected at most 16");
        rejects(
                dict("a", tensor("ByteStorage", -1, 0, sizes(0), sizes(1))),
                "has the integer -1 as the number of elements of storage '0'");
    }

    @Test
    void argumentsOfTensorsAreOfTheRightKind() {
        rejects(
                dict(
                        "a",
                        new RawPickle()
                                .beginTensor()
                                .number(1)
                                .number(2)
                                .numbers(1)
                                .numbers(1)
                                .endTensor()
                                .unfinished()),
                "has the integer 1 as the storage of a tensor");
        rejects(
                dict(
                        "a",
                        new RawPickle()
                                .beginTensor()
                                .op(PickleOpcode.TUPLE)
                                .op(PickleOpcode.REDUCE)
                                .unfinished()),
                "with 0 arguments, expected 6 to 7");
        rejects(
                dict(
                        "a",
                        new RawPickle()
                                .beginTensor()
                                .storage("ByteStorage", "0", 48)
                                .text("0")
                                .numbers(1)
                                .numbers(1)
                                .endTensor()
                                .unfinished()),
                "has the string '0' as the storage offset");
        rejects(
                dict(
                        "a",
                        new RawPickle()
                                .beginTensor()
                                .storage("ByteStorage", "0", 48)
                                .number(0)
                                .number(1)
                                .numbers(1)
                                .endTensor()
                                .unfinished()),
                "has the integer 1 as the size of a tensor, expected a tuple");
    }

    @Test
    void storagesAreOfTheRightKind() {
        rejects(persistent(new RawPickle().number(1)), "has the integer 1 as a persistent id");
        rejects(persistent(new RawPickle().op(PickleOpcode.EMPTY_TUPLE)), "has a tuple of 0 as a persistent id");
        rejects(persistent(new RawPickle().text("module").text("f").op(PickleOpcode.TUPLE2)), "a tuple of 2 as a");
        rejects(persistent(new RawPickle().text("storage").text("f").op(PickleOpcode.TUPLE2)), "with 2 items");
        rejects(
                persistent(storageId("collections", "OrderedDict").op(PickleOpcode.TUPLE)),
                "has the global collections OrderedDict as the type of a storage");
        rejects(
                persistent(storageId("torch", "HalfStorage")
                        .op(PickleOpcode.EMPTY_TUPLE)
                        .op(PickleOpcode.TUPLE)),
                "has storage '0' as a view of another one");
        rejects(
                dict(
                        "a",
                        tensor("ByteStorage", 48, 0, sizes(1), sizes(1)),
                        "b",
                        tensor("ShortStorage", 24, 0, sizes(1), sizes(1))),
                "has storage '0' once as 48 elements of U8 and once as 24 of I16");
        rejects(
                dict("a", tensor("ComplexFloatStorage", 48, 0, sizes(1), sizes(1))),
                "names the global 'torch ComplexFloatStorage', which is not allowed");
    }

    @Test
    void stateDictMayBeWrapped() throws CheckpointException {
        byte[] tensor = tensor("ByteStorage", 48, 0, sizes(48), sizes(1));
        byte[] number = new RawPickle().number(3).unfinished();
        byte[] list = new RawPickle().op(PickleOpcode.EMPTY_LIST).unfinished();
        for (String wrapper : List.of("module", "state_dict")) {
            FileContents file = view(dict("epoch", number, wrapper, items("a", tensor), "losses", list), 48);
            assertEquals(List.of("a"), List.copyOf(file.tensors().keySet()));
        }
        rejects(
                dict("module", items("a", tensor), "state_dict", items("b", tensor)),
                "contains both module and state_dict");
        rejects(dict("module", items("module", items("a", tensor))), "'module' is a dict of 1, expected a tensor");
        rejects(dict("model", items("a", tensor)), "'model' is a dict of 1, expected a tensor");
        rejects(dict("module", items("a", tensor), "b", tensor), "'module' is a dict of 1, expected a tensor");
    }

    @Test
    void remarksAmongTensorsAreLeftOut() throws CheckpointException {
        byte[] tensor = tensor("ByteStorage", 48, 0, sizes(48), sizes(1));
        FileContents file = view(
                dict(
                        "version",
                        new RawPickle().number(3).unfinished(),
                        "name",
                        new RawPickle().text("x").unfinished(),
                        "extra",
                        new RawPickle().op(PickleOpcode.NONE).unfinished(),
                        "a",
                        tensor),
                48);
        assertEquals(List.of("a"), List.copyOf(file.tensors().keySet()));
        rejects(
                dict(
                        "a",
                        tensor,
                        "more",
                        new RawPickle().op(PickleOpcode.EMPTY_LIST).unfinished()),
                "'more' is a list of 0, expected a tensor");
        rejects(dict(), "contains a dict of 0, but no tensors");
        rejects(dict("__metadata__", tensor), "'__metadata__' cannot be the name of a tensor");
        rejects(dict("a\nb", new RawPickle().op(PickleOpcode.EMPTY_LIST).unfinished()), "'a?b' is a list");
        rejects(RawPickle.begin().raw(tensor).stop(), "contains a tensor of shape [48], expected a dict");
    }

    @Test
    void otherFilesAreRecognized() {
        for (byte[] other : List.of(new byte[0], new byte[] {'P', 'K'}, RawTorch.ascii("{\"a\":1}"))) {
            String message = RawSafetensors.rejection(() -> RawTorch.view(other));
            assertTrue(message.contains("begins neither like a zip archive nor like a pickle"), message);
        }
        byte[] pointer = RawTorch.ascii("version https://git-lfs.github.com/spec/v1\n");
        assertTrue(RawSafetensors.rejection(() -> RawTorch.view(pointer)).contains("Git LFS pointer"));
    }

    /** Of a pickle with one storage '0' of {@link #STORAGE_SIZE} bytes; both formats have to agree. */
    private static FileContents view(byte[] pickle, long elements) throws CheckpointException {
        return view(pickle, STORAGE, List.of("0"), elements);
    }

    private static FileContents view(byte[] pickle, Map<String, byte[]> storages, List<String> keys, long... elements)
            throws CheckpointException {
        byte[][] counted = new byte[elements.length][];
        for (int i = 0; i < elements.length; i++) {
            counted[i] = RawTorch.counted(elements[i], storages.getOrDefault(keys.get(i), new byte[0]));
        }
        FileContents legacy = RawTorch.view(RawTorch.legacy(pickle, keys, counted));
        FileContents zip = RawTorch.view(RawTorch.zip(pickle, storages));
        assertEquals(
                List.copyOf(zip.tensors().keySet()),
                List.copyOf(legacy.tensors().keySet()));
        for (StoredTensor tensor : zip.tensors().values()) {
            StoredTensor other = RawSafetensors.tensor(legacy, tensor.name());
            assertEquals(tensor.shape(), other.shape());
            assertEquals(-1, tensor.data().mismatch(other.data()));
        }
        return zip;
    }

    private static void assertTensor(FileContents file, String name, List<Long> shape, byte[] bytes) {
        StoredTensor tensor = RawSafetensors.tensor(file, name);
        assertEquals(shape, tensor.shape());
        assertArrayEquals(bytes, tensor.data().toArray(ValueLayout.JAVA_BYTE), name);
    }

    private static void rejects(byte[] pickle, String... messageParts) {
        for (byte[] file : List.of(
                RawTorch.zip(pickle, STORAGE),
                RawTorch.legacy(pickle, List.of("0"), RawTorch.counted(48, RawTorch.counting(48))))) {
            String message = RawSafetensors.rejection(() -> RawTorch.view(file));
            assertTrue(message.startsWith(RawTorch.PATH + ": "), message);
            for (String part : messageParts) {
                assertTrue(message.contains(part), () -> "'" + message + "' should contain '" + part + "'");
            }
        }
    }

    private static long[] sizes(long... sizes) {
        return sizes;
    }

    private static byte[] bytes(long offset, long[] size, long[] stride) {
        return dict("a", tensor("ByteStorage", 48, offset, size, stride));
    }

    private static byte[] tensor(String type, long elements, long offset, long[] size, long[] stride) {
        return tensor(type, elements, offset, size, stride, "0");
    }

    private static byte[] tensor(String type, long elements, long offset, long[] size, long[] stride, String key) {
        return new RawPickle()
                .beginTensor()
                .storage(type, key, elements)
                .number(offset)
                .numbers(size)
                .numbers(stride)
                .endTensor()
                .unfinished();
    }

    private static byte[] withMetadata(RawPickle metadata) {
        return new RawPickle()
                .beginTensor()
                .storage("ByteStorage", "0", 48)
                .number(0)
                .numbers(48)
                .numbers(1)
                .op(PickleOpcode.NEWFALSE)
                .orderedDict()
                .raw(metadata.unfinished())
                .op(PickleOpcode.TUPLE)
                .op(PickleOpcode.REDUCE)
                .unfinished();
    }

    private static RawPickle storageId(String module, String type) {
        return new RawPickle()
                .op(PickleOpcode.MARK)
                .text("storage")
                .global(module, type)
                .text("0")
                .text("cpu")
                .number(8);
    }

    private static byte[] persistent(RawPickle id) {
        return dict(
                "a",
                new RawPickle().raw(id.unfinished()).op(PickleOpcode.BINPERSID).unfinished());
    }

    /** A pickle of a dict. */
    private static byte[] dict(Object... namesAndValues) {
        return RawPickle.begin().raw(items(namesAndValues)).stop();
    }

    private static byte[] items(Object... namesAndValues) {
        RawPickle dict = new RawPickle().orderedDict().op(PickleOpcode.MARK);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            dict.text((String) namesAndValues[i]).raw((byte[]) namesAndValues[i + 1]);
        }
        return dict.op(PickleOpcode.SETITEMS).unfinished();
    }
}

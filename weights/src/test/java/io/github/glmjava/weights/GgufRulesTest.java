package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file for each rule, and what is said about the one that breaks it. */
class GgufRulesTest {
    private static final int F32 = 0;
    private static final int Q8_0 = 8;

    @TempDir
    Path temporary;

    @Test
    void readsEveryTypeOfValue() throws CheckpointException {
        RawGguf file = RawGguf.header(3, 0, 16)
                .key("u8", GgufValue.Type.UINT8)
                .int8(200)
                .key("i8", GgufValue.Type.INT8)
                .int8(-2)
                .key("u16", GgufValue.Type.UINT16)
                .int8(0xff)
                .int8(0xff)
                .key("i16", GgufValue.Type.INT16)
                .int8(0xfe)
                .int8(0xff)
                .key("u32", GgufValue.Type.UINT32)
                .int32(-1)
                .key("i32", GgufValue.Type.INT32)
                .int32(-5)
                .key("f32", GgufValue.Type.FLOAT32)
                .int32(Float.floatToIntBits(0.5f))
                .key("bool", GgufValue.Type.BOOL)
                .int8(1)
                .key("text", GgufValue.Type.STRING)
                .string("词")
                .key("u64", GgufValue.Type.UINT64)
                .int64(1L << 40)
                .key("i64", GgufValue.Type.INT64)
                .int64(-7)
                .key("f64", GgufValue.Type.FLOAT64)
                .int64(Double.doubleToLongBits(0.1))
                .key("texts", GgufValue.Type.ARRAY)
                .int32(GgufValue.Type.STRING.number())
                .int64(2)
                .string("a")
                .string("")
                .key("ints", GgufValue.Type.ARRAY)
                .int32(GgufValue.Type.INT32.number())
                .int64(2)
                .int32(3)
                .int32(-4)
                .key("floats", GgufValue.Type.ARRAY)
                .int32(GgufValue.Type.FLOAT32.number())
                .int64(1)
                .int32(Float.floatToIntBits(-1f))
                .key("none", GgufValue.Type.ARRAY)
                .int32(GgufValue.Type.STRING.number())
                .int64(0);
        GgufMetadata metadata = RawGguf.parse(file.data(32, 0)).metadata();
        assertEquals(200, metadata.whole("u8", 0, 255));
        assertEquals(-2, metadata.whole("i8", -128, 127));
        assertEquals(0xffff, metadata.whole("u16", 0, 0xffff));
        assertEquals(-2, metadata.whole("i16", -2, -2));
        assertEquals(0xffffffffL, metadata.whole("u32", 0, Long.MAX_VALUE));
        assertEquals(-5, metadata.number("i32"));
        assertEquals(0.5, metadata.number("f32"));
        assertTrue(metadata.flag("bool", false));
        assertEquals("词", metadata.text("text"));
        assertEquals(1L << 40, metadata.whole("u64", 0, Long.MAX_VALUE));
        assertEquals(-7, metadata.whole("i64", -7, -7));
        assertEquals(0.1, metadata.number("f64"));
        assertEquals(List.of("a", ""), metadata.texts("texts", 2));
        assertEquals(-4, metadata.integers("ints", 9)[1]);
        assertEquals(-1f, metadata.floats("floats", 9)[0]);
        assertEquals(List.of(), metadata.texts("none", 0));
        assertEquals("other", metadata.text("missing", "other"));
        assertSays("'text' is '词', expected a whole number from 1 to 2", () -> metadata.whole("text", 1, 2));
        assertSays("'u8' is 200, expected a whole number from 1 to 2", () -> metadata.whole("u8", 1, 2));
        assertSays("'missing' is missing, expected a text", () -> metadata.text("missing"));
        assertSays("'floats' is a list, expected a list of texts", () -> metadata.texts("floats", 9));
        assertSays("'texts' is a list of 2, expected at most 1", () -> metadata.texts("texts", 1));
    }

    @Test
    void findsTensorsAtTheirPlaces() throws IOException {
        RawGguf file = RawGguf.header(2, 2, 1)
                .key("general.alignment", GgufValue.Type.UINT32)
                .int32(64);
        byte[] bytes = file.tensor("b", Q8_0, 64, 32, 2).tensor("a", F32, 0, 3).data(64, 64 + 68);
        Path path = temporary.resolve("model.gguf");
        Files.write(path, bytes);
        try (GgufFile gguf = GgufFile.open(path)) {
            assertEquals(List.of("b", "a"), List.copyOf(gguf.tensors().keySet()));
            StoredTensor b = Objects.requireNonNull(gguf.tensors().get("b"));
            assertEquals(List.of(2L, 32L), b.shape());
            assertEquals(64, b.elements());
            assertEquals(64, b.data().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0));
            assertEquals(Float.float16ToFloat((short) 0x4140) * 0x42, b.toFloats()[0]);
        }
        Files.write(path, new byte[0]);
        assertThrows(CheckpointException.class, () -> GgufFile.open(path));
        assertThrows(CheckpointException.class, () -> GgufFile.open(temporary));
    }

    @Test
    void theBeginningMustBeRight() {
        rejects("does not begin with GGUF", "GGML0123456789012345".getBytes(StandardCharsets.UTF_8));
        rejects(
                "GGUF version 1 is not supported, expected 2 or 3",
                RawGguf.header(1, 0, 0).data(1, 0));
        rejects("which is big-endian,", RawGguf.header(0x03000000, 0, 0).data(1, 0));
        rejects("git lfs pull", "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8));
        rejects("the magic number takes 4 bytes, but only 3 are left", new byte[] {'G', 'G', 'U'});
    }

    @Test
    void countsAndLengthsMustFitTheFile() {
        rejects(
                "the number of tensors is 4611686018427387904",
                RawGguf.header(3, 1L << 62, 0).data(1, 0));
        rejects(
                "the number of tensors is 18446744073709551615",
                RawGguf.header(3, -1, 0).data(1, 0));
        rejects("the number of metadata entries is 5", RawGguf.header(3, 0, 5).data(1, 60));
        rejects(
                "the length of a key is 9223372036854775807",
                header(1).int64(Long.MAX_VALUE).data(1, 9));
        rejects(
                "a key has 1001 bytes, expected at most 1000",
                header(1).int64(1001).data(1, 2000));
        rejects(
                "the length of the value of 'k' is 50",
                header(1).key("k", GgufValue.Type.STRING).int64(50).data(1, 9));
        rejects(
                "the length of 'k' is 1000000000000",
                header(1)
                        .key("k", GgufValue.Type.ARRAY)
                        .int32(GgufValue.Type.FLOAT64.number())
                        .int64(1_000_000_000_000L)
                        .data(1, 9));
        rejects(
                "the length of an element of 'k' is 100",
                header(1)
                        .key("k", GgufValue.Type.ARRAY)
                        .int32(GgufValue.Type.STRING.number())
                        .int64(1)
                        .int64(100)
                        .data(1, 9));
        rejects(
                "the value of 'k' takes 8 bytes, but only 2",
                header(1).key("k", GgufValue.Type.UINT64).data(1, 2));
        rejects("is not UTF-8", header(1).int64(1).int8(0xff).data(1, 9));
    }

    @Test
    void valuesMustBeOfKnownTypes() {
        rejects(
                "'k' has type 13, expected 0 to 12",
                header(1).string("k").int32(13).data(1, 9));
        rejects("'k' has type 4294967295", header(1).string("k").int32(-1).data(1, 9));
        rejects(
                "array of arrays",
                header(1)
                        .key("k", GgufValue.Type.ARRAY)
                        .int32(GgufValue.Type.ARRAY.number())
                        .int64(0)
                        .data(1, 9));
        rejects(
                "'k' is 2, expected 0 or 1",
                header(1).key("k", GgufValue.Type.BOOL).int8(2).data(1, 9));
        rejects(
                "'k' is 18446744073709551615",
                header(1).key("k", GgufValue.Type.UINT64).int64(-1).data(1, 9));
        rejects(
                "key 'k' is there twice",
                header(2)
                        .key("k", GgufValue.Type.BOOL)
                        .int8(1)
                        .key("k", GgufValue.Type.BOOL)
                        .int8(1)
                        .data(1, 9));
        for (int alignment : new int[] {0, 1, 48, 1 << 21, -32}) {
            rejects(
                    "expected a power of two from 8 to 1048576",
                    header(1)
                            .key("general.alignment", GgufValue.Type.UINT32)
                            .int32(alignment)
                            .data(1, 9));
        }
        rejects(
                "expected a power of two",
                header(1)
                        .key("general.alignment", GgufValue.Type.FLOAT32)
                        .int32(0)
                        .data(1, 9));
    }

    @Test
    void tensorsMustBePossible() {
        rejects(
                "has 0 dimensions, expected 1 to 4",
                tensors(1).tensor("t", F32, 0).data(32, 64));
        rejects(
                "has 5 dimensions, expected 1 to 4",
                tensors(1).tensor("t", F32, 0, 1, 1, 1, 1, 1).data(32, 64));
        rejects("has a dimension of 0,", tensors(1).tensor("t", F32, 0, 0).data(32, 64));
        rejects(
                "has a dimension of 18446744073709551615",
                tensors(1).tensor("t", F32, 0, -1).data(32, 64));
        rejects("overflow", tensors(1).tensor("t", F32, 0, 1L << 32, 1L << 32).data(32, 64));
        rejects("overflow", tensors(1).tensor("t", F32, 0, (1L << 62) + 1).data(32, 64));
        rejects("overflow", tensors(1).tensor("t", F32, Long.MAX_VALUE - 31, 64).data(32, 64));
        rejects(
                "has type 10, which is not supported",
                tensors(1).tensor("t", 10, 0, 256).data(32, 84));
        rejects("has type 4294967295, which", tensors(1).tensor("t", -1, 0, 256).data(32, 84));
        rejects(
                "not a multiple of the block size 32",
                tensors(1).tensor("t", Q8_0, 0, 33).data(32, 84));
        rejects(
                "multiple of the alignment 32",
                tensors(1).tensor("t", F32, 16, 1).data(32, 84));
        rejects(
                "begins at byte 18446744073709551584",
                tensors(1).tensor("t", F32, -32, 1).data(32, 84));
        rejects("which has 64 bytes", tensors(1).tensor("t", F32, 0, 17).data(32, 64));
        rejects("which has 0 bytes", tensors(1).tensor("t", F32, 0, 1).data(1, 0));
        rejects(
                "is there twice",
                tensors(2).tensor("t", F32, 0, 1).tensor("t", F32, 32, 1).data(32, 64));
        rejects(
                "'b' lies at bytes 32 to 36 of the data, where another one does",
                tensors(2).tensor("a", F32, 0, 9).tensor("b", F32, 32, 1).data(32, 64));
        rejects("a tensor has 1001 bytes", tensors(1).int64(1001).data(32, 2000));
    }

    private static RawGguf header(int entries) {
        return RawGguf.header(3, 0, entries);
    }

    private static RawGguf tensors(int count) {
        return RawGguf.header(3, count, 0);
    }

    private static void rejects(String message, byte[] file) {
        assertSays(message, () -> RawGguf.parse(file));
    }

    private static void assertSays(String message, org.junit.jupiter.api.function.Executable code) {
        String said =
                String.valueOf(assertThrows(CheckpointException.class, code).getMessage());
        assertTrue(said.startsWith("test.gguf: ") && said.contains(message), said);
    }
}

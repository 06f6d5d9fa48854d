package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each rule of the format, with a file that breaks it and nothing else. */
class SafetensorsRulesTest {
    /** A header of one valid tensor of 4 bytes, from whose JSON the malformed ones differ. */
    private static final String VALID = "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}";

    @Test
    void validFileIsRead() throws CheckpointException {
        FileContents file = RawSafetensors.view(json(VALID), 4);
        StoredTensor tensor = RawSafetensors.tensor(file, "a");
        assertEquals(List.of(4L), tensor.shape());
        assertEquals(DType.U8, tensor.dtype());
        assertArrayEquals(new byte[] {0, 1, 2, 3}, tensor.data().toArray(ValueLayout.JAVA_BYTE));
        assertTrue(tensor.data().isReadOnly());
        assertEquals(Map.of(), file.metadata());
    }

    @TestFactory
    Stream<DynamicTest> fileIsLongEnoughForItsHeaderLength() {
        return IntStream.range(0, 8)
                .mapToObj(size -> DynamicTest.dynamicTest(
                        size + " bytes", () -> rejects(new byte[size], "has " + size + " bytes, too few")));
    }

    @Test
    void headerLengthIsAtMostAHundredMillion() {
        rejects(RawSafetensors.withLength(100_000_001, "{}"), "header length is 100000001, expected at most 100000000");
        rejects(RawSafetensors.withLength(Long.MAX_VALUE, "{}"), "header length is 9223372036854775807");
        rejects(RawSafetensors.withLength(-1, "{}"), "header length is 18446744073709551615");
        rejects(RawSafetensors.withLength(Long.MIN_VALUE, "{}"), "header length is 9223372036854775808");
    }

    @Test
    void headerFitsIntoTheFile() {
        rejects(RawSafetensors.withLength(3, "{}"), "header length is 3, but the file has only 2 bytes after it");
        rejects(RawSafetensors.withLength(100_000_000, "{}"), "header length is 100000000, but the file has only 2");
    }

    @Test
    void headerIsNotEmpty() {
        rejects(RawSafetensors.withLength(0, ""), "the header is missing, expected an object");
        rejects(new byte[64], "the header is missing, expected an object");
    }

    @Test
    void gitLfsPointerIsNamed() {
        byte[] pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
                .getBytes(StandardCharsets.US_ASCII);
        rejects(pointer, "Git LFS pointer");
    }

    @Test
    void headerIsUtf8() {
        for (int[] malformed :
                new int[][] {{0xff}, {0xc0, 0xaf}, {0xed, 0xa0, 0x80}, {0xf5, 0x80, 0x80, 0x80}, {0xe4}}) {
            String marked = json(VALID).replace("\"a\"", "\"@\"");
            byte[] header = new byte[marked.length() - 1 + malformed.length];
            int at = marked.indexOf('@');
            System.arraycopy(marked.getBytes(StandardCharsets.US_ASCII), 0, header, 0, at);
            for (int i = 0; i < malformed.length; i++) {
                header[at + i] = (byte) malformed[i];
            }
            byte[] tail = marked.substring(at + 1).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(tail, 0, header, at + malformed.length, tail.length);
            rejects(RawSafetensors.file(header, new byte[4]), "not valid JSON in UTF-8");
        }
    }

    @Test
    void headerIsNotInAnotherEncoding() {
        byte[] utf16 = json(VALID).getBytes(StandardCharsets.UTF_16LE);
        rejects(RawSafetensors.file(utf16, new byte[4]), "not valid JSON in UTF-8");
        rejects(RawSafetensors.file("\ufeff" + json(VALID), 4), "not valid JSON in UTF-8");
    }

    @Test
    void headerMayHaveWhiteSpaceAroundIt() throws CheckpointException {
        FileContents file = RawSafetensors.view(" \t\r\n" + json(VALID) + "\n \t\r    ", 4);
        assertEquals(4, RawSafetensors.tensor(file, "a").elements());
    }

    @Test
    void headerIsFollowedByNothingElse() {
        rejects(json(VALID) + "{}", 4, "the header goes on after its JSON object");
        rejects(json(VALID) + "\0", 4, "not valid JSON in UTF-8");
        rejects(json(VALID) + "x", 4, "not valid JSON in UTF-8");
    }

    @Test
    void headerIsAnObject() {
        rejects("[]", 0, "the header is an array, expected an object");
        rejects("null", 0, "the header is null, expected an object");
        rejects("12", 0, "the header is an integer, expected an object");
        rejects("\"a\"", 0, "the header is a string, expected an object");
    }

    @Test
    void headerIsWholeJson() {
        String header = json(VALID);
        for (int length = 1; length < header.length(); length++) {
            rejects(header.substring(0, length), 4, "not valid JSON in UTF-8");
        }
    }

    @Test
    void headerIsStrictJson() {
        assertAll(
                () -> rejects("{/**/}", 0, "not valid JSON"),
                () -> rejects("{'a':{}}", 0, "not valid JSON"),
                () -> rejects(json(VALID).replace("}}", "},}"), 4, "not valid JSON"),
                () -> rejects(json(VALID).replace("[4]", "[04]"), 4, "not valid JSON"),
                () -> rejects(json(VALID).replace("[4]", "[4,]"), 4, "not valid JSON"),
                () -> rejects(json(VALID).replace("[4]", "[NaN]"), 4, "not valid JSON"),
                () -> rejects(json(VALID).replace("\"a\"", "\"a\nb\""), 4, "not valid JSON"));
    }

    @Test
    void tensorNamesAreUnique() {
        String entry = "'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}";
        rejects(json("{" + entry + "," + entry + "}"), 0, "Duplicate", "line 1");
        rejects(json("{" + entry + "," + entry.replace("'a'", "'\\u0061'") + "}"), 0, "Duplicate");
        rejects(json("{" + entry + ",'b':" + entry.substring(4) + "," + entry + "}"), 0, "Duplicate");
    }

    @Test
    void keysOfAnEntryAreUnique() {
        rejects(json(VALID).replace("{\"dtype\"", "{\"dtype\":\"U8\",\"dtype\""), 4, "Duplicate");
        rejects(json(VALID).replace("]}}", "],\"shape\":[4]}}"), 4, "Duplicate");
        rejects(json(VALID).replace("]}}", "],\"data_offsets\":[0,4]}}"), 4, "Duplicate");
    }

    @Test
    void keysOfMetadataAreUnique() {
        rejects(json("{'__metadata__':{'k':'1','k':'2'}}"), 0, "Duplicate");
        rejects(json("{'__metadata__':{},'__metadata__':{}}"), 0, "Duplicate");
    }

    @Test
    void metadataIsFromStringToString() throws CheckpointException {
        assertEquals(
                Map.of("format", "pt", "作者", "李白"),
                RawSafetensors.view(json("{'__metadata__':{'format':'pt','作者':'李白'}}"), 0)
                        .metadata());
        rejects(json("{'__metadata__':{'k':1}}"), 0, "__metadata__ 'k' is an integer, expected a string");
        rejects(json("{'__metadata__':{'k':null}}"), 0, "__metadata__ 'k' is null, expected a string");
        rejects(json("{'__metadata__':{'k':{}}}"), 0, "__metadata__ 'k' is an object, expected a string");
        rejects(json("{'__metadata__':[]}"), 0, "__metadata__ is an array, expected an object");
        rejects(json("{'__metadata__':'pt'}"), 0, "__metadata__ is a string, expected an object");
    }

    @Test
    void textHasNoLoneSurrogates() {
        rejects(json(VALID).replace("\"a\"", "\"\\ud800\""), 4, "urrogate");
        rejects(json("{'__metadata__':{'\\udc00':''}}"), 0, "urrogate");
        rejects(json("{'__metadata__':{'k':'\\ud800'}}"), 0, "urrogate");
    }

    @Test
    void entryIsAnObject() {
        rejects(json("{'a':[]}"), 0, "tensor 'a' is an array, expected an object with dtype, shape and data_offsets");
        rejects(json("{'a':null}"), 0, "tensor 'a' is null, expected an object");
    }

    @Test
    void entryHasAllFields() {
        rejects(json("{'a':{'shape':[0],'data_offsets':[0,0]}}"), 0, "tensor 'a' has no dtype");
        rejects(json("{'a':{'dtype':'U8','data_offsets':[0,0]}}"), 0, "tensor 'a' has no shape");
        rejects(json("{'a':{'dtype':'U8','shape':[0]}}"), 0, "tensor 'a' has no data_offsets");
    }

    @Test
    void entryHasNoOtherField() {
        rejects(json(VALID).replace("]}}", "],\"extra\":1}}"), 4, "tensor 'a' has an unknown field 'extra'");
    }

    @Test
    void dtypeIsKnown() {
        for (String dtype : List.of("F8_E4M3", "F4", "F6_E2M3", "U16", "U64", "C64", "f32", "", "F32 ")) {
            rejects(json(VALID).replace("U8", dtype), 4, "has dtype '" + dtype + "', which is not supported", "BF16");
        }
        rejects(json(VALID).replace("\"U8\"", "8"), 4, "tensor 'a': dtype is an integer, expected a string");
    }

    @Test
    void shapeIsAnArrayOfNaturalNumbers() {
        rejects(json(VALID).replace("[4]", "4"), 4, "tensor 'a': shape is an integer, expected an array");
        rejects(json(VALID).replace("[4]", "[-4]"), 4, "tensor 'a': shape has the number '-4', expected 0 to");
        rejects(json(VALID).replace("[4]", "[-0]"), 4, "tensor 'a': shape has the number '-0', expected 0 to");
        rejects(json(VALID).replace("[4]", "[4.0]"), 4, "tensor 'a': shape is a number that is not an integer");
        rejects(json(VALID).replace("[4]", "[4e0]"), 4, "tensor 'a': shape is a number that is not an integer");
        rejects(json(VALID).replace("[4]", "[\"4\"]"), 4, "tensor 'a': shape is a string");
        rejects(json(VALID).replace("[4]", "[null]"), 4, "tensor 'a': shape is null");
        rejects(json(VALID).replace("[4]", "[[4]]"), 4, "tensor 'a': shape is an array, expected an array of integers");
        rejects(json(VALID).replace("[4]", "[9223372036854775808]"), 4, "'9223372036854775808', expected 0 to");
        rejects(json(VALID).replace("[4]", "[" + "9".repeat(99) + "]"), 4, "expected 0 to");
        rejects(json(VALID).replace("[4]", "[" + "9".repeat(1000) + "]"), 4, "not valid JSON");
    }

    @Test
    void rankIsAtMostSixtyFour() throws CheckpointException {
        String ones = IntStream.range(0, 63).mapToObj(i -> "1").collect(Collectors.joining(",", "[4,", "]"));
        FileContents file = RawSafetensors.view(json(VALID).replace("[4]", ones), 4);
        assertEquals(64, RawSafetensors.tensor(file, "a").shape().size());
        rejects(json(VALID).replace("[4]", ones.replace("]", ",1]")), 4, "shape has more than 64 numbers");
    }

    @Test
    void nestingIsAtMostThatOfTheFormat() {
        rejects(json(VALID).replace("[4]", "[".repeat(10_000)), 4, "tensor 'a': shape");
        rejects(json(VALID).replace("]}}", "],\"x\":" + "[".repeat(10_000)), 4, "unknown field 'x'");
    }

    @Test
    void offsetsAreABeginAndAnEnd() {
        rejects(json(VALID).replace("[0,4]", "[0]"), 4, "has data_offsets [0], expected a begin and an end");
        rejects(json(VALID).replace("[0,4]", "[]"), 4, "has data_offsets [], expected a begin and an end");
        rejects(json(VALID).replace("[0,4]", "[0,4,4]"), 4, "data_offsets has more than 2 numbers");
        rejects(json(VALID).replace("[0,4]", "[-4,0]"), 4, "data_offsets has the number '-4'");
        rejects(json(VALID).replace("[0,4]", "[0,18446744073709551615]"), 4, "data_offsets has the number");
    }

    @Test
    void endIsNotBeforeBegin() {
        rejects(json(VALID).replace("[0,4]", "[4,0]"), 4, "has data_offsets [4, 0], that is -4 bytes");
        rejects(json(VALID).replace("[0,4]", "[9223372036854775807,0]"), 4, "that is -9223372036854775807 bytes");
    }

    @Test
    void shapeTakesTheBytesOfTheOffsets() {
        rejects(json(VALID).replace("[4]", "[3]"), 4, "[0, 4], that is 4 bytes, but U8 of shape [3] takes 3");
        rejects(json(VALID).replace("[4]", "[]"), 4, "that is 4 bytes, but U8 of shape [] takes 1");
        rejects(json(VALID).replace("[4]", "[0]"), 4, "that is 4 bytes, but U8 of shape [0] takes 0");
        rejects(json(VALID).replace("U8", "F16"), 4, "that is 4 bytes, but F16 of shape [4] takes 8");
    }

    @Test
    void sizeDoesNotOverflow() {
        rejects(json(VALID).replace("[4]", "[4294967296,4294967296]"), 4, "more bytes than 64 bits can count");
        rejects(json(VALID).replace("[4]", "[4611686018427387904,4]"), 4, "more bytes than 64 bits can count");
        // The product of the shape fits, that with the type's size is 2^64 + 4.
        rejects(
                json(VALID).replace("[4]", "[4611686018427387905]").replace("U8", "F32"),
                4,
                "more bytes than 64 bits can count");
    }

    @Test
    void tensorsBeginAtZero() {
        rejects(json(VALID).replace("[0,4]", "[4,8]"), 8, "begins at byte 4 of the data, expected 0", "a hole");
    }

    @Test
    void tensorsLeaveNoHole() {
        rejects(json(two("[0,4]", "[5,9]")), 9, "tensor 'b' begins at byte 5 of the data, expected 4", "a hole");
    }

    @Test
    void tensorsDoNotOverlap() {
        rejects(json(two("[0,4]", "[3,7]")), 7, "tensor 'b' begins at byte 3 of the data, expected 4", "an overlap");
        rejects(json(two("[0,4]", "[0,4]")), 4, "begins at byte 0 of the data, expected 4", "an overlap");
    }

    @Test
    void tensorsMayBeListedInAnyOrder() throws CheckpointException {
        FileContents file = RawSafetensors.view(json(two("[4,8]", "[0,4]")), 8);
        assertEquals(List.of("b", "a"), List.copyOf(file.tensors().keySet()));
        assertEquals(4, RawSafetensors.tensor(file, "a").data().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void tensorsEndWithTheFile() {
        rejects(json(VALID), 3, "the tensors take 4 bytes, but the file has 3", "truncated");
        rejects(json(VALID), 5, "the tensors take 4 bytes, but the file has 5", "bytes of no tensor");
        rejects("{}", 1, "the tensors take 0 bytes, but the file has 1");
        rejects(
                json(VALID).replace("[4]", "[9223372036854775807]").replace("[0,4]", "[0,9223372036854775807]"),
                4,
                "the tensors take 9223372036854775807 bytes, but the file has 4");
    }

    @Test
    void fileWithoutTensorsIsLegal() throws CheckpointException {
        assertEquals(Map.of(), RawSafetensors.view("{}", 0).tensors());
    }

    @Test
    void scalarIsLegal() throws CheckpointException {
        FileContents file = RawSafetensors.view(json("{'s':{'dtype':'F32','shape':[],'data_offsets':[0,4]}}"), 4);
        StoredTensor scalar = RawSafetensors.tensor(file, "s");
        assertEquals(List.of(), scalar.shape());
        assertEquals(1, scalar.elements());
    }

    @Test
    void zeroSizeIsLegal() throws CheckpointException {
        FileContents file = RawSafetensors.view(
                json("{'before':{'dtype':'F64','shape':[0],'data_offsets':[0,0]},"
                        + "'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},"
                        + "'after':{'dtype':'F64','shape':[3,0,9223372036854775807],'data_offsets':[4,4]}}"),
                4);
        assertEquals(List.of("before", "a", "after"), List.copyOf(file.tensors().keySet()));
        assertEquals(0, RawSafetensors.tensor(file, "after").elements());
    }

    @Test
    void messagesDoNotRepeatHostileText() {
        String name = "x\\n\\u001b[31m" + "y".repeat(9000);
        String message = RawSafetensors.rejection(
                () -> RawSafetensors.view(json(VALID).replace("\"a\":{", "\"" + name + "\":{\"z\":1,"), 4));
        assertTrue(message.contains("tensor 'x??[31myyy") && message.contains("unknown field 'z'"), message);
        assertTrue(message.length() < 400, message);
    }

    private static String two(String offsetsOfA, String offsetsOfB) {
        return "{'a':{'dtype':'U8','shape':[4],'data_offsets':" + offsetsOfA
                + "},'b':{'dtype':'F32','shape':[1],'data_offsets':" + offsetsOfB + "}}";
    }

    private static String json(String singleQuoted) {
        return singleQuoted.replace('\'', '"');
    }

    private static void rejects(String header, int dataSize, String... messageParts) {
        rejects(RawSafetensors.file(header, dataSize), messageParts);
    }

    private static void rejects(byte[] file, String... messageParts) {
        String message = RawSafetensors.rejection(() -> RawSafetensors.view(file));
        assertTrue(message.startsWith(RawSafetensors.PATH + ": "), message);
        for (String part : messageParts) {
            assertTrue(message.contains(part), () -> "'" + message + "' should contain '" + part + "'");
        }
    }
}

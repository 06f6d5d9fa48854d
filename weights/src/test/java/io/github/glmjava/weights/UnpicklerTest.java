package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.weights.PickleValue.Dict;
import io.github.glmjava.weights.PickleValue.Int;
import io.github.glmjava.weights.PickleValue.Real;
import io.github.glmjava.weights.PickleValue.Sequence;
import io.github.glmjava.weights.PickleValue.Text;
import io.github.glmjava.weights.PickleValue.Tuple;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a pickle may do, and each thing that it may not. */
class UnpicklerTest {
    private static final Set<PickleOpcode> REFUSED = EnumSet.of(
            PickleOpcode.POP,
            PickleOpcode.POP_MARK,
            PickleOpcode.DUP,
            PickleOpcode.FLOAT,
            PickleOpcode.INT,
            PickleOpcode.LONG,
            PickleOpcode.PERSID,
            PickleOpcode.STRING,
            PickleOpcode.BINSTRING,
            PickleOpcode.SHORT_BINSTRING,
            PickleOpcode.UNICODE,
            PickleOpcode.DICT,
            PickleOpcode.GET,
            PickleOpcode.INST,
            PickleOpcode.LIST,
            PickleOpcode.OBJ,
            PickleOpcode.PUT,
            PickleOpcode.NEWOBJ,
            PickleOpcode.EXT1,
            PickleOpcode.EXT2,
            PickleOpcode.EXT4,
            PickleOpcode.LONG4,
            PickleOpcode.BINBYTES,
            PickleOpcode.SHORT_BINBYTES,
            PickleOpcode.BINBYTES8,
            PickleOpcode.EMPTY_SET,
            PickleOpcode.ADDITEMS,
            PickleOpcode.FROZENSET,
            PickleOpcode.NEWOBJ_EX,
            PickleOpcode.BYTEARRAY8,
            PickleOpcode.NEXT_BUFFER,
            PickleOpcode.READONLY_BUFFER);

    @Test
    void plainValuesAreRead() throws CheckpointException {
        assertEquals(new Int(200), load(begin().number(200)));
        assertEquals(new Int(40_000), load(begin().op(PickleOpcode.BININT2, 0x40, 0x9c)));
        assertEquals(new Int(-3), load(begin().number(-3)));
        assertEquals(new Int(Long.MIN_VALUE), load(begin().number(Long.MIN_VALUE)));
        assertEquals(new Int(0), load(begin().op(PickleOpcode.LONG1, 0)));
        assertEquals(new Int(-1), load(begin().op(PickleOpcode.LONG1, 1, 0xff)));
        assertEquals(
                new PickleValue.BigInt(BigInteger.ONE.shiftLeft(63)),
                load(begin().op(PickleOpcode.LONG1, 9).int64(Long.MIN_VALUE).raw(new byte[1])));
        assertEquals(new Real(1), load(begin().op(PickleOpcode.BINFLOAT, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0)));
        assertEquals(new Text("词"), load(begin().text("词")));
        assertEquals(PickleValue.Constant.NONE, load(begin().op(PickleOpcode.NONE)));
        assertEquals(new Tuple(List.of(new Int(1), new Int(2))), load(begin().numbers(1, 2)));
        Sequence list = assertInstanceOf(
                Sequence.class,
                load(begin().op(PickleOpcode.EMPTY_LIST)
                        .number(1)
                        .op(PickleOpcode.APPEND)
                        .op(PickleOpcode.MARK)
                        .number(2)
                        .number(3)
                        .op(PickleOpcode.APPENDS)));
        assertEquals(List.of(new Int(1), new Int(2), new Int(3)), list.items());
    }

    @Test
    void newerProtocolsAreRead() throws CheckpointException {
        RawPickle pickle = new RawPickle()
                .op(PickleOpcode.PROTO, 4)
                .op(PickleOpcode.FRAME)
                .int64(18)
                .op(PickleOpcode.EMPTY_DICT)
                .op(PickleOpcode.MEMOIZE)
                .op(PickleOpcode.SHORT_BINUNICODE, 1, 'a')
                .op(PickleOpcode.MEMOIZE)
                .op(PickleOpcode.BINUNICODE8)
                .int64(1)
                .raw(RawTorch.ascii("b"))
                .op(PickleOpcode.SETITEM);
        assertEquals(new Text("b"), assertInstanceOf(Dict.class, load(pickle)).get("a"));
        RawPickle stackGlobal = begin().text("collections")
                .text("OrderedDict")
                .op(PickleOpcode.STACK_GLOBAL)
                .op(PickleOpcode.EMPTY_TUPLE)
                .op(PickleOpcode.REDUCE);
        assertInstanceOf(Dict.class, load(stackGlobal));
    }

    @Test
    void memoAndAttributesWork() throws CheckpointException {
        RawPickle pickle = begin().orderedDict()
                .op(PickleOpcode.BINPUT, 7)
                .op(PickleOpcode.MARK)
                .text("key")
                .op(PickleOpcode.LONG_BINPUT)
                .int32(-1)
                .op(PickleOpcode.LONG_BINGET)
                .int32(-1)
                .op(PickleOpcode.SETITEMS)
                .op(PickleOpcode.EMPTY_DICT)
                .text("_metadata")
                .op(PickleOpcode.BINGET, 7)
                .op(PickleOpcode.SETITEM)
                .op(PickleOpcode.BUILD);
        Dict dict = assertInstanceOf(Dict.class, load(pickle));
        assertEquals(new Text("key"), dict.get("key"));
        assertEquals(1, dict.items().size());
    }

    @Test
    void codeIsNeverRun() {
        for (String[] name : new String[][] {
            {"os", "system"},
            {"posix", "system"},
            {"builtins", "eval"},
            {"builtins", "getattr"},
            {"__builtin__", "exec"},
            {"torch", "load"},
            {"torch.storage", "_load_from_bytes"},
            {"collections", "OrderedDict.__reduce__"},
            {"collections OrderedDict", ""},
            {"", "collections OrderedDict"},
            {"java.lang.Runtime", "exec"},
            {"torch", "floatstorage"}
        }) {
            String quoted = "'" + name[0] + " " + name[1] + "', which is not allowed";
            rejects(
                    begin().global(name[0], name[1])
                            .text("touch /tmp/x")
                            .op(PickleOpcode.TUPLE1)
                            .op(PickleOpcode.REDUCE),
                    "names the global " + quoted);
            rejects(begin().text(name[0]).text(name[1]).op(PickleOpcode.STACK_GLOBAL), "names the global " + quoted);
        }
        rejects(begin().number(1).text("system").op(PickleOpcode.STACK_GLOBAL), "STACK_GLOBAL with the integer 1");
    }

    @TestFactory
    Stream<DynamicTest> otherOpcodesAreNamed() {
        return REFUSED.stream()
                .map(opcode -> DynamicTest.dynamicTest(opcode.name(), () -> {
                    RawPickle pickle =
                            begin().text("a").op(PickleOpcode.MARK).text("a").text("b");
                    rejects(
                            pickle.op(opcode, 1, 'x', '\n', 'y', '\n'),
                            "has the opcode " + opcode + ", which no state dict");
                }));
    }

    @Test
    void everyByteIsAnOpcodeOrRejected() {
        for (int code = 0; code < 256; code++) {
            PickleOpcode opcode = PickleOpcode.of(code);
            if (opcode == null) {
                rejects(begin().raw(new byte[] {(byte) code}), "the byte " + code + ", which is no opcode");
            } else {
                assertEquals(code, opcode.code());
            }
        }
        assertEquals(68, PickleOpcode.values().length);
    }

    @Test
    void protocolIsKnown() {
        rejects(new RawPickle().op(PickleOpcode.NONE), "does not begin with a protocol");
        rejects(new RawPickle().op(PickleOpcode.PROTO, 1), "is of protocol 1, expected 2 to 5");
        rejects(new RawPickle().op(PickleOpcode.PROTO, 6), "is of protocol 6");
    }

    @Test
    void callsAreOfAllowedGlobals() {
        rejects(begin().text("f").op(PickleOpcode.EMPTY_TUPLE).op(PickleOpcode.REDUCE), "REDUCE of the string 'f'");
        rejects(begin().orderedDict().op(PickleOpcode.EMPTY_TUPLE).op(PickleOpcode.REDUCE), "REDUCE of a dict of 0");
        rejects(
                begin().global("collections", "OrderedDict")
                        .op(PickleOpcode.NONE)
                        .op(PickleOpcode.REDUCE),
                "REDUCE of the global collections OrderedDict with None");
        rejects(
                begin().global("collections", "OrderedDict").numbers(1).op(PickleOpcode.REDUCE),
                "with 1 arguments, expected 0");
        rejects(
                begin().global("torch", "FloatStorage").numbers(1L << 60).op(PickleOpcode.REDUCE),
                "calls the global torch FloatStorage, which is a type");
    }

    @Test
    void stackIsNotUnderrun() {
        rejects(begin(), "takes 1 values off its stack, where 0 are");
        rejects(begin().number(1).number(2).op(PickleOpcode.TUPLE3), "takes 3 values off its stack, where 2 are");
        rejects(begin().number(1).op(PickleOpcode.MARK).op(PickleOpcode.TUPLE1), "takes 1 values off");
        rejects(begin().op(PickleOpcode.TUPLE), "from a mark that is missing");
        rejects(begin().op(PickleOpcode.BINPUT, 0), "uses the top of its stack");
        rejects(begin().op(PickleOpcode.MARK).op(PickleOpcode.APPENDS), "uses the top of its stack");
        rejects(begin().number(1).number(2), "stops with 2 values and 0 open marks");
        rejects(begin().op(PickleOpcode.MARK).number(2), "stops with 1 values and 1 open marks");
        rejects(begin().op(PickleOpcode.BINGET, 3), "fetches the value 3 of its memo");
    }

    @Test
    void containersAreOfTheRightKind() {
        rejects(begin().op(PickleOpcode.EMPTY_DICT).number(1).op(PickleOpcode.APPEND), "APPEND on a dict of 0");
        rejects(begin().op(PickleOpcode.EMPTY_LIST).number(1).number(2).op(PickleOpcode.SETITEM), "SETITEM on a list");
        rejects(begin().op(PickleOpcode.EMPTY_LIST).number(1).op(PickleOpcode.BUILD), "BUILD on a list of 0");
        rejects(
                begin().op(PickleOpcode.EMPTY_DICT)
                        .op(PickleOpcode.MARK)
                        .text("a")
                        .op(PickleOpcode.SETITEMS),
                "a key without a value");
        rejects(
                begin().op(PickleOpcode.EMPTY_DICT).number(1).number(2).op(PickleOpcode.SETITEM),
                "with the key the integer 1, expected a string");
        RawPickle twice = begin().op(PickleOpcode.EMPTY_DICT).op(PickleOpcode.MARK);
        twice.text("a").number(1).text("a").number(2).op(PickleOpcode.SETITEMS);
        rejects(twice, "with the key 'a' twice");
    }

    @Test
    void lengthsAreThoseOfTheFile() {
        rejects(begin().op(PickleOpcode.BINUNICODE).int32(-1), "has a string of 4294967295 bytes");
        rejects(begin().op(PickleOpcode.BINUNICODE8).int64(-1), "has a string of 18446744073709551615 bytes");
        rejects(begin().op(PickleOpcode.BINUNICODE8).int64(Long.MAX_VALUE), "has a string of 9223372036854775807");
        rejects(begin().op(PickleOpcode.BINUNICODE).int32(10_000), "is truncated");
        rejects(begin().op(PickleOpcode.LONG1, 255), "is truncated");
        rejects(begin().op(PickleOpcode.FRAME).int64(Long.MAX_VALUE), "is truncated");
        rejects(begin().op(PickleOpcode.FRAME).int64(-1), "is truncated");
        rejects(begin().op(PickleOpcode.GLOBAL).raw(new byte[2000]), "name of a global of more than 1000 bytes");
        rejects(begin().op(PickleOpcode.GLOBAL).raw(RawTorch.ascii("os\nsystem")), "is truncated");
        rejects(
                begin().op(PickleOpcode.BINUNICODE).int32(3).raw(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}),
                "a string that is not UTF-8");
    }

    @Test
    void everyTruncationIsNoticed() throws CheckpointException {
        byte[] whole = begin().op(PickleOpcode.EMPTY_DICT)
                .text("a")
                .tensor("0", 300)
                .op(PickleOpcode.SETITEM)
                .stop();
        assertNotNull(RawPickle.load(whole));
        for (int length = 0; length < whole.length; length++) {
            byte[] truncated = Arrays.copyOf(whole, length);
            String message = RawSafetensors.rejection(() -> RawPickle.load(truncated));
            assertTrue(message.contains("is truncated"), message);
        }
    }

    @TestFactory
    Stream<DynamicTest> bombsEndQuicklyAndSmall() {
        RawPickle doubling = begin().op(PickleOpcode.EMPTY_TUPLE).op(PickleOpcode.BINPUT, 0);
        for (int i = 0; i < 200; i++) {
            doubling.op(PickleOpcode.BINGET, 0).op(PickleOpcode.TUPLE2).op(PickleOpcode.BINPUT, 0);
        }
        RawPickle circle = begin().op(PickleOpcode.EMPTY_DICT)
                .op(PickleOpcode.BINPUT, 0)
                .text("a")
                .op(PickleOpcode.BINGET, 0)
                .op(PickleOpcode.SETITEM);
        RawPickle memo = begin().op(PickleOpcode.NONE).ops(PickleOpcode.MEMOIZE, Unpickler.MAX_MEMO + 1);
        RawPickle tensors = begin().tensor("0", 8)
                .op(PickleOpcode.EMPTY_LIST)
                .op(PickleOpcode.BINPUT, 2)
                .op(PickleOpcode.TUPLE2)
                .global("torch._utils", "_rebuild_tensor_v2")
                .op(PickleOpcode.BINPUT, 0)
                .op(PickleOpcode.MARK)
                .storage("ByteStorage", "0", 8)
                .number(0)
                .numbers(new long[16])
                .numbers(new long[16])
                .op(PickleOpcode.NONE)
                .op(PickleOpcode.NONE)
                .op(PickleOpcode.TUPLE)
                .op(PickleOpcode.BINPUT, 1)
                .op(PickleOpcode.REDUCE)
                .op(PickleOpcode.BINGET, 2);
        for (int i = 0; i < TorchObjects.MAX_TENSORS; i++) {
            tensors.op(PickleOpcode.BINGET, 0)
                    .op(PickleOpcode.BINGET, 1)
                    .op(PickleOpcode.REDUCE)
                    .op(PickleOpcode.APPEND);
        }
        RawPickle dicts = begin().op(PickleOpcode.EMPTY_LIST);
        for (int i = 0; i < Unpickler.MAX_OPERATIONS / 2; i++) {
            dicts.op(PickleOpcode.EMPTY_DICT).op(PickleOpcode.APPEND);
        }
        return Stream.of(
                bomb("a tuple of 2 to the 200", doubling, "the file contains a tuple of 2"),
                bomb("a dict that contains itself", circle, "'a' is a dict of 1, expected a tensor"),
                bomb("deep tuples", begin().op(PickleOpcode.NONE).ops(PickleOpcode.TUPLE1, 500_000), "a tuple of 1"),
                bomb("deep marks", begin().ops(PickleOpcode.MARK, 500_000), "more than 100 open marks"),
                bomb("high stack", begin().ops(PickleOpcode.NONE, 500_000), "more than 100000 values on its stack"),
                bomb(
                        "many operations",
                        begin().op(PickleOpcode.NONE).ops(PickleOpcode.TUPLE1, 2_000_000),
                        "more than 1000000 operations"),
                bomb("large memo", memo, "more than 500000 values in its memo"),
                bomb("many tensors", tensors, "more than 33333 tensors"),
                bomb("many dicts", dicts, "more than 1000000 operations"),
                bomb("long pickle", begin().op(PickleOpcode.EMPTY_DICT).raw(new byte[40_000_000]), "no opcode"));
    }

    private static DynamicTest bomb(String name, RawPickle pickle, String messagePart) {
        byte[] file = RawTorch.zip(pickle.stop(), Map.of());
        return DynamicTest.dynamicTest(
                name,
                () -> assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
                    ReadingCost cost = ReadingCost.begin();
                    String message = RawSafetensors.rejection(() -> RawTorch.view(file));
                    long allocated = cost.bytes();
                    assertTrue(message.contains(messagePart), message);
                    assertTrue(allocated < 128 << 20, allocated + " bytes allocated");
                }));
    }

    @Test
    void pickleIsNotTooLong() {
        byte[] text = RawTorch.ascii("a".repeat(PickleInput.MAX_TEXT_BYTES));
        RawPickle pickle = begin().op(PickleOpcode.EMPTY_LIST);
        for (int i = 0; i < PickleInput.MAX_BYTES / text.length + 1; i++) {
            pickle.op(PickleOpcode.BINUNICODE).int32(text.length).raw(text).op(PickleOpcode.APPEND);
        }
        rejects(pickle, "has more than " + PickleInput.MAX_BYTES + " bytes");
    }

    private static RawPickle begin() {
        return RawPickle.begin();
    }

    private static PickleValue load(RawPickle pickle) throws CheckpointException {
        return RawPickle.load(pickle.stop());
    }

    private static void rejects(RawPickle pickle, String messagePart) {
        String message = RawSafetensors.rejection(() -> RawPickle.load(pickle.stop()));
        assertTrue(message.startsWith("hand-made.bin: the pickle at byte "), message);
        assertTrue(message.contains(messagePart), () -> "'" + message + "' should contain '" + messagePart + "'");
    }
}

package io.github.glmjava.weights;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A pickle written opcode by opcode. */
final class RawPickle {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Begins with protocol 2. */
    static RawPickle begin() {
        return new RawPickle().op(PickleOpcode.PROTO, 2);
    }

    RawPickle op(PickleOpcode opcode, int... arguments) {
        bytes.write(opcode.code());
        for (int argument : arguments) {
            bytes.write(argument);
        }
        return this;
    }

    RawPickle raw(byte[] more) {
        bytes.writeBytes(more);
        return this;
    }

    RawPickle ops(PickleOpcode opcode, int times) {
        for (int i = 0; i < times; i++) {
            op(opcode);
        }
        return this;
    }

    RawPickle int32(int value) {
        return raw(littleEndian(4).putInt(value).array());
    }

    RawPickle int64(long value) {
        return raw(littleEndian(8).putLong(value).array());
    }

    RawPickle text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return op(PickleOpcode.BINUNICODE).int32(utf8.length).raw(utf8);
    }

    /** As Python does: the shortest opcode. */
    RawPickle number(long value) {
        if (value >= 0 && value < 256) {
            return op(PickleOpcode.BININT1, (int) value);
        }
        return value == (int) value
                ? op(PickleOpcode.BININT).int32((int) value)
                : op(PickleOpcode.LONG1, 8).int64(value);
    }

    RawPickle numbers(long... values) {
        op(PickleOpcode.MARK);
        for (long value : values) {
            number(value);
        }
        return op(PickleOpcode.TUPLE);
    }

    RawPickle global(String module, String name) {
        return op(PickleOpcode.GLOBAL).raw((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    RawPickle orderedDict() {
        return global("collections", "OrderedDict").op(PickleOpcode.EMPTY_TUPLE).op(PickleOpcode.REDUCE);
    }

    RawPickle storage(String type, String key, long elements) {
        return op(PickleOpcode.MARK)
                .text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elements)
                .op(PickleOpcode.TUPLE)
                .op(PickleOpcode.BINPERSID);
    }

    /** The global and the mark of its arguments. */
    RawPickle beginTensor() {
        return global("torch._utils", "_rebuild_tensor_v2").op(PickleOpcode.MARK);
    }

    /** The arguments after the stride, and the call. */
    RawPickle endTensor() {
        return op(PickleOpcode.NEWFALSE).orderedDict().op(PickleOpcode.TUPLE).op(PickleOpcode.REDUCE);
    }

    /** A tensor of one dimension that is the whole of its storage of bytes. */
    RawPickle tensor(String key, long elements) {
        return beginTensor()
                .storage("ByteStorage", key, elements)
                .number(0)
                .numbers(elements)
                .numbers(1)
                .endTensor();
    }

    byte[] stop() {
        return op(PickleOpcode.STOP).bytes.toByteArray();
    }

    /** A stop that the pickle lacks. */
    byte[] unfinished() {
        return bytes.toByteArray();
    }

    /** What a pickle makes. */
    static PickleValue load(byte[] pickle) throws CheckpointException {
        PickleInput in = new PickleInput(MemorySegment.ofArray(pickle), Path.of("hand-made.bin"), "the pickle");
        return Unpickler.load(in, new TorchObjects());
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}

package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoredTensorTest {
    @Test
    void f32KeepsEveryBit() throws CheckpointException {
        int[] bits = {0, 1, 0x80000000, 0x3f800000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc01234, 0x007fffff};
        MemorySegment data = MemorySegment.ofArray(new byte[4 * bits.length]);
        for (int i = 0; i < bits.length; i++) {
            data.set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 4L * i, bits[i]);
        }
        float[] floats = tensor(DType.F32, data).toFloats();
        for (int i = 0; i < bits.length; i++) {
            assertEquals(bits[i], Float.floatToRawIntBits(floats[i]));
        }
    }

    @Test
    void everyF16IsExact() throws CheckpointException {
        float[] floats = tensor(DType.F16, everyShort()).toFloats();
        for (int bits = 0; bits < 1 << 16; bits++) {
            // IEEE 754 binary16: 1 bit of sign, 5 of exponent with bias 15, 10 of fraction.
            int exponent = bits >> 10 & 31;
            int fraction = bits & 1023;
            double magnitude = exponent == 31
                    ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                    : exponent == 0
                            ? Math.scalb((double) fraction, -24)
                            : Math.scalb((double) (1024 + fraction), exponent - 25);
            assertEquals((float) (bits < 1 << 15 ? magnitude : -magnitude), floats[bits]);
        }
    }

    @Test
    void everyBf16IsExact() throws CheckpointException {
        float[] floats = tensor(DType.BF16, everyShort()).toFloats();
        for (int bits = 0; bits < 1 << 16; bits++) {
            // bfloat16: 1 bit of sign, 8 of exponent with bias 127, 7 of fraction.
            int exponent = bits >> 7 & 255;
            int fraction = bits & 127;
            double magnitude = exponent == 255
                    ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                    : exponent == 0
                            ? Math.scalb((double) fraction, -133)
                            : Math.scalb((double) (128 + fraction), exponent - 134);
            assertEquals((float) (bits < 1 << 15 ? magnitude : -magnitude), floats[bits]);
        }
    }

    @Test
    void f64IsRoundedToTheNearestFloat() throws CheckpointException {
        double[] values = {0, -0.0, Math.PI, 1e300, -1e-300, Double.NaN, 1 + Math.ulp(1f) / 2.0, 1 + Math.ulp(1f) * 0.51
        };
        float[] expected = {0, -0f, 3.1415927f, Float.POSITIVE_INFINITY, -0f, Float.NaN, 1, 1 + Math.ulp(1f)};
        MemorySegment data = MemorySegment.ofArray(new byte[8 * values.length]);
        for (int i = 0; i < values.length; i++) {
            data.set(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 8L * i, values[i]);
        }
        assertArrayEquals(expected, tensor(DType.F64, data).toFloats());
    }

    @Test
    void dataNeedsNoAlignment() throws CheckpointException {
        MemorySegment odd = MemorySegment.ofArray(new byte[9]).asSlice(1);
        for (DType dtype : List.of(DType.F64, DType.F32, DType.F16, DType.BF16)) {
            assertArrayEquals(new float[8 / dtype.bytes()], tensor(dtype, odd).toFloats());
        }
    }

    @Test
    void otherTypesAreNotFloats() {
        for (DType dtype : List.of(DType.I64, DType.I32, DType.I16, DType.I8, DType.U8, DType.BOOL)) {
            StoredTensor tensor = tensor(dtype, MemorySegment.ofArray(new byte[8]));
            assertEquals(
                    "hand-made.safetensors: tensor 't' of shape " + tensor.shape() + " has dtype " + dtype
                            + ", expected one of F64, F32, F16, BF16",
                    RawSafetensors.rejection(tensor::toFloats));
        }
    }

    @Test
    void errorsThatAreNoFaultsOfTheMapPass() {
        StoredTensor tensor = tensor(DType.U8, MemorySegment.ofArray(new byte[1]));
        assertThrows(
                InternalError.class,
                () -> tensor.read(data -> {
                    throw new InternalError("something else");
                }));
    }

    private static MemorySegment everyShort() {
        MemorySegment data = MemorySegment.ofArray(new byte[2 << 16]);
        for (int bits = 0; bits < 1 << 16; bits++) {
            data.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 2L * bits, (short) bits);
        }
        return data;
    }

    private static StoredTensor tensor(DType dtype, MemorySegment data) {
        return new StoredTensor("t", dtype, List.of(data.byteSize() / dtype.bytes()), data, RawSafetensors.PATH);
    }
}

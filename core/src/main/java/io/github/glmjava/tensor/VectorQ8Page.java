package io.github.glmjava.tensor;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Takes panels apart with vectors. */
final class VectorQ8Page extends Q8Page {
    private static final VectorSpecies<Byte> BYTES = Lanes.INTS.withLanes(byte.class);

    VectorQ8Page(int groups, int keySize, int valueSize) {
        super(groups, keySize, valueSize);
    }

    @Override
    void unpackKeys(byte[] source, int start, int rows, float[] scales, int scaleStart, float[] target) {
        for (int row = 0; row < rows; row += 4) {
            int scaleRow = scaleStart + row / GROUP * WIDTH;
            for (int lane = 0; lane < WIDTH; lane += Lanes.COUNT) {
                FloatVector scale = FloatVector.fromArray(Lanes.FLOATS, scales, scaleRow + lane);
                IntVector four = ByteVector.fromArray(BYTES, source, start + row * WIDTH + 4 * lane)
                        .reinterpretAsInts();
                int at = row * WIDTH + lane;
                signed(four, 24).mul(scale).intoArray(target, at);
                signed(four, 16).mul(scale).intoArray(target, at + WIDTH);
                signed(four, 8).mul(scale).intoArray(target, at + 2 * WIDTH);
                signed(four, 0).mul(scale).intoArray(target, at + 3 * WIDTH);
            }
        }
    }

    @Override
    void unpackValues(byte[] source, int start, int rows, float[] scales, int scaleStart, float[] target) {
        for (int row = 0; row < rows; row += 4) {
            int scale = scaleStart + row;
            for (int lane = 0; lane < WIDTH; lane += Lanes.COUNT) {
                IntVector four = ByteVector.fromArray(BYTES, source, start + row * WIDTH + 4 * lane)
                        .reinterpretAsInts();
                int at = row * WIDTH + lane;
                signed(four, 24).mul(scales[scale]).intoArray(target, at);
                signed(four, 16).mul(scales[scale + 1]).intoArray(target, at + WIDTH);
                signed(four, 8).mul(scales[scale + 2]).intoArray(target, at + 2 * WIDTH);
                signed(four, 0).mul(scales[scale + 3]).intoArray(target, at + 3 * WIDTH);
            }
        }
    }

    /** The byte of each lane that a shift to the left by this brings to the top. */
    private static FloatVector signed(IntVector four, int shift) {
        return (FloatVector) four.lanewise(VectorOperators.LSHL, shift)
                .lanewise(VectorOperators.ASHR, 24)
                .convert(VectorOperators.I2F, 0);
    }
}

package io.github.glmjava.tensor;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Takes panels apart with vectors. */
final class VectorBF16Page extends BF16Page {
    private static final VectorSpecies<Short> SHORTS = Lanes.INTS.withLanes(short.class);

    private static final int UPPER_HALF = 0xffff0000;

    VectorBF16Page(int groups, int keySize, int valueSize) {
        super(groups, keySize, valueSize);
    }

    @Override
    void unpack(short[] source, int start, int rows, float[] target) {
        for (int row = 0; row < rows * WIDTH; row += 2 * WIDTH) {
            for (int lane = 0; lane < WIDTH; lane += Lanes.COUNT) {
                IntVector pair = ShortVector.fromArray(SHORTS, source, start + row + 2 * lane)
                        .reinterpretAsInts();
                pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(target, row + lane);
                pair.and(UPPER_HALF).reinterpretAsFloats().intoArray(target, row + WIDTH + lane);
            }
        }
    }
}

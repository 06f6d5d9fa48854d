package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StridedLayoutTest {
    @Test
    void copyIsThatOfTheDefinition() {
        Random random = new Random(1);
        int contiguous = 0;
        for (int round = 0; round < 2_000; round++) {
            StridedLayout layout = transposed(random);
            int elementBytes = 1 << random.nextInt(4);
            long storageElements = layout.offset() + layout.elements() + random.nextInt(3);
            byte[] storage = new byte[(int) storageElements * elementBytes];
            random.nextBytes(storage);
            byte[] copy = new byte[(int) layout.elements() * elementBytes];
            layout.copy(MemorySegment.ofArray(storage), elementBytes, MemorySegment.ofArray(copy));
            boolean inPlace = true;
            for (int i = 0; i < layout.elements(); i++) {
                int source = (int) position(layout, i);
                inPlace &= source == layout.offset() + i;
                for (int b = 0; b < elementBytes; b++) {
                    assertEquals(storage[source * elementBytes + b], copy[i * elementBytes + b], layout::toString);
                }
            }
            assertEquals(inPlace, layout.isContiguous(), layout::toString);
            contiguous += inPlace ? 1 : 0;
            assertTrue(layout.fits(storageElements, DType.U8));
            assertFalse(layout.fits(layout.offset() + layout.elements() - 1, DType.U8));
        }
        assertTrue(contiguous > 200 && contiguous < 1_800, contiguous + " contiguous");
    }

    /** Where element {@code i} in row-major order is, one dimension after the other from the innermost. */
    private static long position(StridedLayout layout, long i) {
        long position = layout.offset();
        long rest = i;
        for (int d = layout.size().size() - 1; d >= 0; d--) {
            position += rest % layout.size().get(d) * layout.stride().get(d);
            rest /= layout.size().get(d);
        }
        return position;
    }

    /** Row-major dimensions in any order. */
    private static StridedLayout transposed(Random random) {
        List<long[]> dimensions = new ArrayList<>();
        long stride = 1;
        for (int rank = random.nextInt(5); rank > 0; rank--) {
            long size = 1L + random.nextInt(4);
            dimensions.addFirst(new long[] {size, stride});
            stride *= size;
        }
        if (random.nextInt(3) > 0) {
            Collections.shuffle(dimensions, random);
        }
        return new StridedLayout(
                random.nextInt(4),
                dimensions.stream().map(dimension -> dimension[0]).toList(),
                dimensions.stream().map(dimension -> dimension[1]).toList());
    }
}

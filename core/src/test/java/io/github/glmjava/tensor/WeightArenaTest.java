package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightArenaTest {
    private static final long LARGE = 1L << 30;

    /** Sizes on both sides of what is reserved at a time, for a small model and for a large one. */
    @ParameterizedTest
    @ValueSource(longs = {0, LARGE})
    void memoryIsZeroAlignedAndApart(long expectedBytes) {
        long[] sizes = {1, 64, 1_000_003, 0, 4096, (250L << 20) + 7, 300L << 20, 12};
        try (WeightArena arena = WeightArena.open(expectedBytes)) {
            List<MemorySegment> segments = new ArrayList<>();
            for (long size : sizes) {
                MemorySegment segment = arena.allocate(size, 64);
                assertEquals(size, segment.byteSize());
                assertEquals(0, segment.address() % 64);
                segments.add(segment);
            }
            for (int i = 0; i < sizes.length; i++) {
                for (long at : ends(sizes[i])) {
                    assertEquals(0, segments.get(i).get(ValueLayout.JAVA_BYTE, at));
                    segments.get(i).set(ValueLayout.JAVA_BYTE, at, (byte) (i + 1));
                }
            }
            for (int i = 0; i < sizes.length; i++) {
                for (long at : ends(sizes[i])) {
                    assertEquals(i + 1, segments.get(i).get(ValueLayout.JAVA_BYTE, at));
                }
            }
        }
    }

    /** The first and the last byte of so many. */
    private static long[] ends(long size) {
        return LongStream.of(0, size - 1)
                .filter(at -> at >= 0 && at < size)
                .distinct()
                .toArray();
    }

    @Test
    void memoryIsGivenBackAtTheEnd() throws IOException {
        MemorySegment segment;
        long address;
        try (WeightArena arena = WeightArena.open(LARGE)) {
            segment = arena.allocate(100L << 20, 64);
            segment.fill((byte) 1);
            address = segment.address();
            assertTrue(segment.scope().isAlive());
        }
        assertFalse(segment.scope().isAlive());
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.isReadable(maps), "this system does not tell what is mapped");
        assertFalse(isMapped(maps, address + (50L << 20)));
    }

    private static boolean isMapped(Path maps, long address) throws IOException {
        return Files.readAllLines(maps).stream()
                .map(line -> line.substring(0, line.indexOf(' ')).split("-"))
                .anyMatch(range -> Long.parseUnsignedLong(range[0], 16) <= address
                        && address < Long.parseUnsignedLong(range[1], 16));
    }

    /** The reason for the class: without it the other tests would pass on small pages, too. */
    @Test
    void linuxGivesHugePages() throws IOException {
        Path enabled = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        assumeTrue(Files.isReadable(enabled), "this system has no transparent huge pages");
        assumeTrue(!Files.readString(enabled).contains("[never]"), "this system is set to give none");
        assumeTrue(WeightArena.class.getModule().isNativeAccessEnabled(), "native access is not enabled");
        long before = hugePageBytes();
        try (WeightArena arena = WeightArena.open(LARGE)) {
            MemorySegment segment = arena.allocate(64L << 20, 64);
            segment.fill((byte) 1);
            // Most of it: the kernel may have no more in one piece.
            assertTrue(
                    hugePageBytes() - before >= 32L << 20, "huge pages grew from " + before + " to " + hugePageBytes());
        }
    }

    private static long hugePageBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
                .filter(line -> line.startsWith("AnonHugePages:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}

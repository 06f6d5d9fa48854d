package io.github.glmjava.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("restricted")
class CacheLinesTest {
    private static final int LINE = CacheLines.FLOATS * Float.BYTES;

    private final boolean allowed = CacheLines.class.getModule().isNativeAccessEnabled();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 100, 1_000_000})
    void findsTheFirstLineOfAnArray(int length) throws Throwable {
        Assumptions.assumeTrue(allowed, "native access is not enabled");
        float[] array = new float[length];
        long address;
        int before;
        int attempts = 0;
        do { // until the collector has not moved the array in between
            assertTrue(attempts++ < 100, "the array never stays where it is");
            address = address(array);
            before = CacheLines.before(array);
        } while (address != address(array));
        assertTrue(before >= 0 && before < CacheLines.FLOATS, "found " + before);
        assertEquals(0, (address + (long) before * Float.BYTES) % LINE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1000})
    void leavesNothingOutWhereItCannotAsk(int length) {
        Assumptions.assumeFalse(allowed, "native access is enabled");
        assertEquals(0, CacheLines.before(new float[length]));
    }

    /** Where the array lies, by another function than the one under test. */
    private static long address(float[] array) throws Throwable {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor type = FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
        MethodHandle memset =
                linker.downcallHandle(linker.defaultLookup().findOrThrow("memset"), type, Linker.Option.critical(true));
        return (long) memset.invokeExact(MemorySegment.ofArray(array), 0, 0L);
    }
}

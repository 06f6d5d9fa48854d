package io.github.glmjava.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Where lines of the caches begin in an array of the heap. Arrays begin 16 bytes behind a multiple of 8, so that most vectors of
 * 64 bytes, loaded from them one after the other, lie in two lines each and take two accesses: a twentieth to a tenth of a
 * product's time.
 *
 * <p>Java does not tell where an array lies, but C does where native access is enabled: {@code memcpy} of no bytes returns the
 * address that it was given. The collector may move the array afterwards; then vectors cross lines until it is asked again.
 */
@SuppressWarnings("restricted") // it is asked for first whether native access is enabled
final class CacheLines {
    /** Floats in a line of most processors. */
    static final int FLOATS = 16;

    private static final @Nullable MethodHandle MEMCPY =
            CacheLines.class.getModule().isNativeAccessEnabled() ? find() : null;

    private CacheLines() {}

    private static @Nullable MethodHandle find() {
        try {
            Linker linker = Linker.nativeLinker();
            FunctionDescriptor type = FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
            return linker.defaultLookup()
                    .find("memcpy")
                    .map(address -> linker.downcallHandle(address, type, Linker.Option.critical(true)))
                    .orElse(null);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return null; // a Java that cannot call C, or not with arrays
        }
    }

    /** How many floats lie before the first that begins a line; 0 where that cannot be known. */
    static int before(float[] array) {
        if (MEMCPY == null) {
            return 0;
        }
        MemorySegment segment = MemorySegment.ofArray(array);
        long address;
        try {
            address = (long) MEMCPY.invokeExact(segment, segment, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException("memcpy cannot be called", e);
        }
        return (int) (-address >>> 2) & (FLOATS - 1);
    }
}

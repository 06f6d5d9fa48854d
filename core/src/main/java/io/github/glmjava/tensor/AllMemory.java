package io.github.glmjava.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * All memory outside the heap as one segment, in which a matrix begins at its address. Its bounds and its lifetime are
 * constants, unlike those of a matrix's own segment, so that C2 takes the checks of accesses out of the loops of the kernels,
 * or leaves a comparison with a constant where it cannot foresee an address. A kernel therefore chooses by a condition on {@link
 * #ENABLED} of its own: to C2 the result of a method that it does not inline, as it is called once and the loop runs often, is
 * no constant.
 *
 * <p>The price is that no bounds are checked any more. A kernel must keep to its matrix, whose size {@link Matrix} has checked
 * (tests run all kernels with checks, too), and the memory must live while a kernel reads it: kernels run in sections of a
 * {@link WorkerTeam}, which does not close before they end.
 */
@SuppressWarnings("restricted") // it is asked for first whether native access is enabled
final class AllMemory {
    /** Whether the JVM was started with native access for this module; otherwise kernels read checked segments. */
    static final boolean ENABLED = AllMemory.class.getModule().isNativeAccessEnabled();

    /** From address 0 on; nothing unless enabled. */
    static final MemorySegment SEGMENT = ENABLED ? MemorySegment.NULL.reinterpret(Long.MAX_VALUE) : MemorySegment.NULL;

    private AllMemory() {}

    /** The same bytes where kernels can read them: those in the heap, which is nothing that a model does, are copied. */
    static MemorySegment reachable(MemorySegment data) {
        return ENABLED && !data.isNative()
                ? Arena.ofAuto().allocate(data.byteSize()).copyFrom(data)
                : data;
    }
}

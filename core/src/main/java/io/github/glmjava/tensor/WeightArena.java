package io.github.glmjava.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory for weights that are not used from their file. In huge pages where the system has them and the JVM is allowed
 * to ask (the translation of addresses then no longer slows the stream of weights down), in ordinary native memory
 * everywhere else. Freed by {@link #close}. Safe for use by many threads.
 */
public final class WeightArena implements Arena {
    /** With less in all, the time to set huge pages up is not won back. */
    private static final long WORTHWHILE_BYTES = 64L << 20;

    /** Reserved at a time: matrices lie one after the other in it. */
    private static final long CHUNK_BYTES = 256L << 20;

    private final Arena arena;
    private final @Nullable LinuxMemory linux;

    /** What is left of the chunk that is being filled. */
    private MemorySegment free = MemorySegment.NULL;

    private WeightArena(Arena arena, @Nullable LinuxMemory linux) {
        this.arena = arena;
        this.linux = linux;
    }

    /**
     * An empty arena that any thread may use and close.
     *
     * @param expectedBytes about as much as will be allocated: a few megabytes are not worth huge pages
     */
    @SuppressWarnings("MustBeClosed") // closed by close()
    public static WeightArena open(long expectedBytes) {
        return new WeightArena(Arena.ofShared(), expectedBytes < WORTHWHILE_BYTES ? null : LinuxMemory.find());
    }

    /**
     * Asks for huge pages under a mapped file, too: the kernel then reads what it does not hold yet in such pages, if the
     * file system is able to, and they stay shared with all processes.
     *
     * @param mapped a part of a mapped file; without effect on any other memory
     */
    public void adviseHugePages(MemorySegment mapped) {
        if (linux != null && mapped.isMapped()) {
            linux.adviseHugePages(mapped);
        }
    }

    /** Allocates zeroed memory. */
    @Override
    public synchronized MemorySegment allocate(long byteSize, long byteAlignment) {
        if (linux == null || byteSize == 0 || byteAlignment > linux.hugePage()) {
            return arena.allocate(byteSize, byteAlignment);
        }
        long skipped = -free.address() & (byteAlignment - 1);
        if (skipped + byteSize > free.byteSize()) {
            long hugePage = linux.hugePage();
            long bytes = Math.ceilDiv(Math.max(byteSize, CHUNK_BYTES), hugePage) * hugePage;
            MemorySegment chunk = linux.reserve(bytes, arena);
            if (chunk == null) {
                return arena.allocate(byteSize, byteAlignment);
            }
            free = chunk;
            skipped = 0;
        }
        MemorySegment allocated = free.asSlice(skipped, byteSize);
        free = free.asSlice(skipped + byteSize);
        return allocated;
    }

    @Override
    public MemorySegment.Scope scope() {
        return arena.scope();
    }

    /** Frees all memory. */
    @Override
    public void close() {
        arena.close();
    }
}

package io.github.glmjava.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Linux offers beyond the JDK: anonymous memory that is not touched yet, and the advice to back memory by huge
 * pages (see mmap(2) and madvise(2)). Only where the JVM was started with native access for this module, so that no
 * warning is printed. Safe for use by many threads.
 */
@SuppressWarnings("restricted") // it is asked for first whether native access is enabled
final class LinuxMemory {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxMemory.class);

    private static final Path HUGE_PAGE_SIZE = Path.of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");

    /** Larger ones (512 MB where a page has 64 KB) would waste more than they bring. */
    private static final long MAX_HUGE_PAGE = 32L << 20;

    // The same on these architectures.
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64", "riscv64");
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;

    private final MethodHandle mmap;
    private final MethodHandle munmap;
    private final MethodHandle madvise;
    private final long hugePage;

    private LinuxMemory(long hugePage) {
        this.hugePage = hugePage;
        ValueLayout.OfLong address = ValueLayout.JAVA_LONG;
        ValueLayout.OfLong size = ValueLayout.JAVA_LONG;
        ValueLayout.OfInt number = ValueLayout.JAVA_INT;
        mmap = function(
                "mmap", FunctionDescriptor.of(address, address, size, number, number, number, ValueLayout.JAVA_LONG));
        munmap = function("munmap", FunctionDescriptor.of(number, address, size));
        madvise = function("madvise", FunctionDescriptor.of(number, address, size, number));
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /** The functions, or null where there are none, native access is not enabled, or the kernel has no huge pages. */
    static @Nullable LinuxMemory find() {
        return Holder.FOUND;
    }

    private static final class Holder {
        static final @Nullable LinuxMemory FOUND = look();
    }

    private static @Nullable LinuxMemory look() {
        if (!System.getProperty("os.name").equals("Linux")
                || !ARCHITECTURES.contains(System.getProperty("os.arch"))
                || !Files.isReadable(HUGE_PAGE_SIZE)) {
            return null;
        }
        Module module = LinuxMemory.class.getModule();
        if (!module.isNativeAccessEnabled()) {
            LOG.info(
                    "Weights lie in small pages: start java with --enable-native-access={} for huge ones",
                    module.isNamed() ? module.getName() : "ALL-UNNAMED");
            return null;
        }
        try {
            long hugePage = Long.parseLong(Files.readString(HUGE_PAGE_SIZE).strip());
            return hugePage <= MAX_HUGE_PAGE && Long.bitCount(hugePage) == 1 ? new LinuxMemory(hugePage) : null;
        } catch (IOException | RuntimeException e) {
            LOG.info("Weights lie in small pages", e); // an unusual system: nothing that a user must know
            return null;
        }
    }

    /** Bytes of a huge page, a power of two. */
    long hugePage() {
        return hugePage;
    }

    /**
     * Reserves zeroed memory that takes room only where it is touched, and asks for huge pages.
     *
     * @param bytes a multiple of {@link #hugePage}
     * @param owner frees it when it is closed
     * @return a segment that begins at a multiple of {@link #hugePage}, or null if there is no room
     */
    @Nullable
    MemorySegment reserve(long bytes, Arena owner) {
        long length = Math.addExact(bytes, hugePage);
        long address;
        try {
            address = (long) mmap.invokeExact(0L, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        } catch (Throwable e) {
            throw unexpected(e);
        }
        if (address == MAP_FAILED) {
            return null;
        }
        MemorySegment mapped =
                MemorySegment.ofAddress(address).reinterpret(length, owner, segment -> unmap(address, length));
        MemorySegment aligned = mapped.asSlice(-address & (hugePage - 1), bytes);
        adviseHugePages(aligned);
        return aligned;
    }

    private void unmap(long address, long length) {
        try {
            int ignored = (int) munmap.invokeExact(address, length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Asks for huge pages wherever this native memory has whole ones. That it is refused harms nothing. */
    void adviseHugePages(MemorySegment memory) {
        // Whole small pages around it, so that the advice for neighbours in a file meets.
        long smallPage = 1L << 12;
        long start = memory.address() & -smallPage;
        long end = (memory.address() + memory.byteSize() + smallPage - 1) & -smallPage;
        try {
            int ignored = (int) madvise.invokeExact(start, end - start, MADV_HUGEPAGE);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static IllegalStateException unexpected(Throwable e) {
        return new IllegalStateException("a function of the operating system cannot be called", e);
    }
}

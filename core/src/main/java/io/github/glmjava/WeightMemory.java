package io.github.glmjava;

/**
 * Where weights lie that are used in the format they are stored in. (Those that are converted while loading always lie
 * in memory of this process.)
 *
 * <p>On Linux, with {@code --enable-native-access}, both ask for huge pages: reading gigabytes through small ones costs
 * some of the memory's bandwidth, depending on the processor.
 */
public enum WeightMemory {
    /**
     * In their memory-mapped files. Loads in a moment, and processes with the same model share one copy. Whether pages
     * are huge is up to the system: it needs a file system with large folios (ext4, XFS or btrfs of a recent kernel), and a
     * file that is not held in small pages already because it has just been written.
     */
    MAPPED,

    /**
     * Copied into memory of this process: loading takes about a second for each gigabyte, and no other process shares
     * it, but pages are huge whatever the file system, and nothing can evict them.
     */
    COPIED
}

package io.github.glmjava.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The resident memory of this process, as Linux counts it: mapped files included, as far as they were touched. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String PEAK = "VmHWM:";

    private ProcessMemory() {}

    /** Lets the peak begin anew. On other systems, or where that is not allowed, it stays that of the whole process. */
    static void resetPeak() {
        try {
            Files.writeString(CLEAR, "5");
        } catch (IOException e) {
            System.getLogger(ProcessMemory.class.getName())
                    .log(System.Logger.Level.DEBUG, "the peak of resident memory includes everything before", e);
        }
    }

    /** The largest resident memory in bytes, or -1 where it is not known. */
    static long peak() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(PEAK)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            return -1;
        }
        return -1;
    }
}

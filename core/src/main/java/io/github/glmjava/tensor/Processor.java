package io.github.glmjava.tensor;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What some kernels want to know of the processor and Java does not say. */
final class Processor {
    private static final Path LINUX_DESCRIPTION = Path.of("/proc/cpuinfo");
    private static final String LINUX_MAKER = "vendor_id";
    private static final String WINDOWS_DESCRIPTION = "PROCESSOR_IDENTIFIER";

    /**
     * Whether Intel made it. With vectors of 512 bits its multiplications and additions have to share two units; others that have
     * such vectors add beside multiplying.
     */
    static final boolean INTEL = maker().contains("GenuineIntel");

    private Processor() {}

    private static String maker() {
        String description = System.getenv(WINDOWS_DESCRIPTION);
        if (description != null) {
            return description;
        }
        try (BufferedReader lines = Files.newBufferedReader(LINUX_DESCRIPTION)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(LINUX_MAKER)) {
                    return line;
                }
            }
        } catch (IOException e) {
            // Another operating system: then the kernels are those for any processor.
        }
        return "";
    }
}

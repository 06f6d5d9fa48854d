package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;

/** Damages files: each is either read, or refused by our exception, and neither costs much. */
final class Mutations {
    /** Of each format: of SentencePiece models one half is BPE, the other UNIGRAM. */
    static final int COUNT = 100_000;

    private static final long MOST_BYTES = 64 << 20;
    private static final long MOST_NANOSECONDS = 1_000_000_000;
    private static final String NAME = "mutant";

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Mutations() {}

    /** Reads a file and uses what it says. */
    interface Reading {
        void read(byte[] content, String name) throws IOException;
    }

    /**
     * Reads many mutants of a file.
     *
     * @param original a file that can be read
     * @param count how many
     * @param leastAccepted the share of the mutants that can still be read, else the mutations are too wild to find anything
     */
    static void assertHarmless(byte[] original, int count, double leastAccepted, Reading reading) throws IOException {
        reading.read(original, "original");
        Random random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < count; i++) {
            byte[] mutant = mutate(original, random);
            long bytes = THREADS.getCurrentThreadAllocatedBytes();
            long time = THREADS.getCurrentThreadCpuTime();
            try {
                reading.read(mutant, NAME);
                accepted++;
            } catch (TokenizerException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith(NAME + ": "), e::getMessage);
            } catch (Throwable t) {
                fail("mutant " + i + ": " + Base64.getEncoder().encodeToString(mutant), t);
            }
            long spent = THREADS.getCurrentThreadCpuTime() - time;
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - bytes;
            assertTrue(spent < MOST_NANOSECONDS, "mutant " + i + " took " + spent + " ns");
            assertTrue(allocated < MOST_BYTES, "mutant " + i + " allocated " + allocated + " bytes");
        }
        assertTrue(accepted > count * leastAccepted && accepted < count * 0.9, accepted + " of " + count + " accepted");
    }

    /** A copy in which one to three times something was changed, cut out, doubled or cut off. */
    private static byte[] mutate(byte[] original, Random random) {
        byte[] mutant = original.clone();
        for (int change = random.nextInt(3); change >= 0 && mutant.length > 0; change--) {
            int at = random.nextInt(mutant.length);
            int length = Math.min(mutant.length - at, 1 + random.nextInt(8));
            mutant = switch (random.nextInt(12)) {
                case 0 -> Arrays.copyOf(mutant, at);
                case 1 -> splice(mutant, at, at + length, new byte[0]);
                case 2 -> splice(mutant, at, at, Arrays.copyOfRange(mutant, at, at + length));
                case 3 -> splice(mutant, at, at + 1, new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F});
                case 4, 5, 6 -> splice(mutant, at, at + 1, new byte[] {(byte) (mutant[at] ^ (1 << random.nextInt(8)))});
                default -> splice(mutant, at, at + 1, new byte[] {(byte) random.nextInt(256)});
            };
        }
        return mutant;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] replacement) {
        byte[] result = new byte[bytes.length - (to - from) + replacement.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(replacement, 0, result, from, replacement.length);
        System.arraycopy(bytes, to, result, from + replacement.length, bytes.length - to);
        return result;
    }
}

package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to a file, it either opens and every byte of it can be read, or it is rejected by our exception. */
class SafetensorsMutationTest {
    private static final long SEED = 20240817;
    private static final int MUTANTS_IN_MEMORY = 100_000;
    private static final int MUTANTS_ON_DISK = 500;

    /** What one file of {@link #VALID}'s size may cost; the buffers of the parser take about 60,000. */
    private static final long MAX_ALLOCATED_BYTES = 1_000_000;

    private static final byte[] VALID = RawSafetensors.file("""
            {"__metadata__":{"format":"pt"},\
            "embedding.weight":{"dtype":"F16","shape":[3,4],"data_offsets":[0,24]},\
            "词":{"dtype":"BF16","shape":[2],"data_offsets":[24,28]},\
            "scalar":{"dtype":"F32","shape":[],"data_offsets":[28,32]},\
            "none":{"dtype":"I64","shape":[0,7],"data_offsets":[32,32]},\
            "flags":{"dtype":"BOOL","shape":[8],"data_offsets":[32,40]}} \t\r""", 40);

    private static final int HEADER_END = VALID.length - 40;

    private final Random random = new Random(SEED);

    @Test
    void mutantsInMemory() throws CheckpointException {
        assertEquals(5, RawSafetensors.view(VALID).tensors().size());
        int accepted = 0;
        for (int i = 0; i < MUTANTS_IN_MEMORY; i++) {
            byte[] mutant = mutate();
            ReadingCost cost = ReadingCost.begin();
            try {
                FileContents file = SafetensorsFile.view(MemorySegment.ofArray(mutant), RawSafetensors.PATH);
                checkEveryByte(file, mutant.length);
                accepted++;
            } catch (CheckpointException e) {
                assertTrue(RawSafetensors.message(e).startsWith(RawSafetensors.PATH + ": "), e::getMessage);
            } catch (Throwable t) {
                fail("mutant " + i + ": " + HexFormat.of().formatHex(mutant), t);
            }
            cost.check("mutant " + i, MAX_ALLOCATED_BYTES);
        }
        // Both ways are taken, otherwise the mutations are too mild or too wild to find anything.
        assertTrue(accepted > MUTANTS_IN_MEMORY / 100, accepted + " accepted");
        assertTrue(accepted < MUTANTS_IN_MEMORY / 2, accepted + " accepted");
    }

    @Test
    void mutantsOnDisk(@TempDir Path folder) throws IOException {
        int accepted = 0;
        for (int i = 0; i < MUTANTS_ON_DISK; i++) {
            byte[] mutant = mutate();
            Path path = Files.write(folder.resolve("model.safetensors"), mutant);
            try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                checkEveryByte(new FileContents(checkpoint.tensors(), checkpoint.metadata()), mutant.length);
                accepted++;
            } catch (CheckpointException e) {
                assertTrue(RawSafetensors.message(e).startsWith(path + ": "), e::getMessage);
            }
        }
        assertTrue(accepted > 0 && accepted < MUTANTS_ON_DISK, accepted + " accepted");
    }

    private static void checkEveryByte(FileContents file, int fileSize) throws CheckpointException {
        long total = 0;
        for (StoredTensor tensor : file.tensors().values()) {
            assertEquals(tensor.dtype().byteSize(tensor.shape()), tensor.data().byteSize());
            long sum = 0;
            for (long i = 0; i < tensor.data().byteSize(); i++) {
                sum += Byte.toUnsignedInt(tensor.data().get(ValueLayout.JAVA_BYTE, i));
            }
            assertTrue(sum >= 0);
            total += tensor.data().byteSize();
        }
        assertTrue(total <= fileSize - SafetensorsHeader.LENGTH_BYTES);
    }

    /** One or two changes of the valid file. */
    private byte[] mutate() {
        byte[] bytes = VALID.clone();
        for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
            bytes = switch (random.nextInt(9)) {
                case 0 -> flipBit(bytes, bytes.length);
                case 1, 2 -> flipBit(bytes, Math.min(HEADER_END, bytes.length));
                case 3 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
                case 4 -> insert(bytes);
                case 5 -> delete(bytes);
                case 6, 7 -> editNumber(bytes);
                default -> editLength(bytes);
            };
        }
        return bytes;
    }

    private byte[] flipBit(byte[] bytes, int end) {
        if (end > 0) {
            bytes[random.nextInt(end)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private byte[] insert(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        byte[] inserted = new byte[1 + random.nextInt(4)];
        String likely = "{}[]\",:0123456789-.eE \\u";
        for (int i = 0; i < inserted.length; i++) {
            inserted[i] =
                    (byte) (random.nextBoolean() ? likely.charAt(random.nextInt(likely.length())) : random.nextInt());
        }
        return splice(bytes, at, at, inserted);
    }

    private byte[] delete(byte[] bytes) {
        int from = random.nextInt(bytes.length + 1);
        return splice(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(6)), new byte[0]);
    }

    /** Replaces a number of the header, and keeps the header's length true. */
    private byte[] editNumber(byte[] bytes) {
        int end = Math.min(HEADER_END, bytes.length);
        if (end <= Long.BYTES) {
            return bytes;
        }
        int from = Long.BYTES + random.nextInt(end - Long.BYTES);
        while (from < end && !isDigit(bytes[from])) {
            from++;
        }
        int to = from;
        while (to < end && isDigit(bytes[to])) {
            to++;
        }
        String number = switch (random.nextInt(6)) {
            case 0 -> Integer.toString(random.nextInt(50));
            case 1 -> "-" + random.nextInt(50);
            case 2 -> Long.toString(random.nextLong());
            case 3 -> Long.toUnsignedString(-1L >>> random.nextInt(64));
            case 4 -> Double.toString(random.nextDouble() * 50);
            default -> "9".repeat(1 + random.nextInt(200));
        };
        byte[] edited = splice(bytes, from, to, number.getBytes(StandardCharsets.US_ASCII));
        return addToLength(edited, edited.length - bytes.length);
    }

    private byte[] editLength(byte[] bytes) {
        return addToLength(bytes, random.nextBoolean() ? random.nextInt(-50, 51) : random.nextInt());
    }

    private static byte[] addToLength(byte[] bytes, int difference) {
        if (bytes.length >= Long.BYTES) {
            MemorySegment length = MemorySegment.ofArray(bytes);
            length.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, length.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) + difference);
        }
        return bytes;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] replacement) {
        byte[] result = new byte[bytes.length - (to - from) + replacement.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(replacement, 0, result, from, replacement.length);
        System.arraycopy(bytes, to, result, from + replacement.length, bytes.length - to);
        return result;
    }
}

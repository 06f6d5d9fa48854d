package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whatever happens to a file, it either opens and every byte of it can be read, or it is rejected by our exception. */
class TorchMutationTest {
    private static final long SEED = 20240818;
    private static final int MUTANTS = 100_000;
    private static final long MAX_ALLOCATED_BYTES = 64 << 20;

    private static final byte[] PICKLE = RawPickle.begin()
            .orderedDict()
            .op(PickleOpcode.BINPUT, 0)
            .op(PickleOpcode.MARK)
            .text("词")
            .tensor("0", 12)
            .text("transposed")
            .beginTensor()
            .storage("HalfStorage", "1", 8)
            .number(1)
            .numbers(2, 3)
            .op(PickleOpcode.BINPUT, 1)
            .numbers(1, 2)
            .endTensor()
            .text("version")
            .op(PickleOpcode.LONG1, 2, 1, 1)
            .op(PickleOpcode.SETITEMS)
            .op(PickleOpcode.EMPTY_DICT)
            .text("_metadata")
            .op(PickleOpcode.BINGET, 1)
            .op(PickleOpcode.SETITEM)
            .op(PickleOpcode.BUILD)
            .stop();

    private static final byte[] BYTES = RawTorch.counting(12);
    private static final byte[] HALVES = RawTorch.counting(16);

    private final Random random = new Random(SEED);

    @TestFactory
    Stream<DynamicTest> mutants() {
        return Stream.of(
                DynamicTest.dynamicTest("zip", () -> mutate(RawTorch.zip(PICKLE, Map.of("0", BYTES, "1", HALVES)))),
                DynamicTest.dynamicTest(
                        "legacy",
                        () -> mutate(RawTorch.legacy(
                                PICKLE, List.of("0", "1"), RawTorch.counted(12, BYTES), RawTorch.counted(8, HALVES)))));
    }

    private void mutate(byte[] valid) throws CheckpointException {
        assertEquals(2, RawTorch.view(valid).tensors().size());
        int accepted = 0;
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutant(valid);
            ReadingCost cost = ReadingCost.begin();
            try (Arena arena = Arena.ofConfined()) {
                checkEveryByte(TorchFile.view(MemorySegment.ofArray(mutant), RawTorch.PATH, arena));
                accepted++;
            } catch (CheckpointException e) {
                assertTrue(RawSafetensors.message(e).startsWith(RawTorch.PATH + ": "), e::getMessage);
            } catch (Throwable t) {
                fail("mutant " + i + ": " + HexFormat.of().formatHex(mutant), t);
            }
            cost.check("mutant " + i, MAX_ALLOCATED_BYTES);
        }
        // Both ways are taken, otherwise the mutations are too mild or too wild to find anything.
        assertTrue(accepted > MUTANTS / 100, accepted + " accepted");
        assertTrue(accepted < MUTANTS / 2, accepted + " accepted");
    }

    private static void checkEveryByte(FileContents file) {
        for (StoredTensor tensor : file.tensors().values()) {
            assertEquals(tensor.dtype().byteSize(tensor.shape()), tensor.data().byteSize());
            long sum = 0;
            for (long i = 0; i < tensor.data().byteSize(); i++) {
                sum += Byte.toUnsignedInt(tensor.data().get(ValueLayout.JAVA_BYTE, i));
            }
            assertTrue(sum >= 0);
        }
    }

    /** One or two changes of a valid file. */
    private byte[] mutant(byte[] valid) {
        byte[] bytes = valid.clone();
        for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
            int at = random.nextInt(bytes.length + 1);
            bytes = switch (random.nextInt(8)) {
                case 0 -> Arrays.copyOf(bytes, at);
                case 1 -> splice(bytes, at, at, opcodes());
                case 2 -> splice(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(6)), new byte[0]);
                case 3 -> copyWithin(bytes, at);
                case 4 -> number(bytes, at);
                case 5, 6 -> replace(bytes, at, opcodes());
                default -> flipBit(bytes, at);
            };
        }
        return bytes;
    }

    private byte[] flipBit(byte[] bytes, int at) {
        if (at < bytes.length) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** Some opcodes, which in the place of others are a different program. */
    private byte[] opcodes() {
        PickleOpcode[] all = PickleOpcode.values();
        byte[] opcodes = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < opcodes.length; i++) {
            opcodes[i] = (byte) all[random.nextInt(all.length)].code();
        }
        return opcodes;
    }

    /** A number of 1, 2, 4 or 8 bytes: large, negative, small or any. */
    private byte[] number(byte[] bytes, int at) {
        byte[] number = new byte[1 << random.nextInt(4)];
        switch (random.nextInt(4)) {
            case 0 -> Arrays.fill(number, (byte) -1);
            case 1 -> {
                Arrays.fill(number, (byte) -1);
                number[number.length - 1] = 0x7f;
            }
            case 2 -> number[0] = (byte) random.nextInt(8);
            default -> random.nextBytes(number);
        }
        return replace(bytes, at, number);
    }

    private byte[] copyWithin(byte[] bytes, int at) {
        int length = Math.min(1 + random.nextInt(40), bytes.length - at);
        return replace(bytes, random.nextInt(bytes.length + 1), Arrays.copyOfRange(bytes, at, at + length));
    }

    private static byte[] replace(byte[] bytes, int at, byte[] replacement) {
        System.arraycopy(replacement, 0, bytes, at, Math.min(replacement.length, bytes.length - at));
        return bytes;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] replacement) {
        byte[] result = new byte[bytes.length - (to - from) + replacement.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(replacement, 0, result, from, replacement.length);
        System.arraycopy(bytes, to, result, from + replacement.length, bytes.length - to);
        return result;
    }
}

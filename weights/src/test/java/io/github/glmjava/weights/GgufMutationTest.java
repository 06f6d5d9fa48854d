package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever happens to a file, it either opens and everything in it can be read, or our exception rejects it. */
class GgufMutationTest {
    private static final int MUTANTS = 120_000;
    private static final long MAX_ALLOCATED_BYTES = 1_000_000;

    private static final byte[] VALID = RawGguf.header(3, 3, 5)
            .key("general.architecture", GgufValue.Type.STRING)
            .string("chatglm")
            .key("general.alignment", GgufValue.Type.UINT32)
            .int32(32)
            .key("eps", GgufValue.Type.FLOAT32)
            .int32(Float.floatToIntBits(1e-5f))
            .key("tokens", GgufValue.Type.ARRAY)
            .int32(GgufValue.Type.STRING.number())
            .int64(3)
            .string("a")
            .string("词")
            .string("")
            .key("types", GgufValue.Type.ARRAY)
            .int32(GgufValue.Type.INT32.number())
            .int64(3)
            .int32(1)
            .int32(2)
            .int32(3)
            .tensor("token_embd.weight", 8, 0, 32, 2)
            .tensor("blk.0.attn_q.weight", 14, 96, 256, 1)
            .tensor("norm", 0, 320, 4)
            .data(32, 336);

    private final Random random = new Random(7);

    @Test
    void mutants() throws CheckpointException {
        assertEquals(3, read(VALID));
        int accepted = 0;
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutate();
            ReadingCost cost = ReadingCost.begin();
            try {
                read(mutant);
                accepted++;
            } catch (CheckpointException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith(RawGguf.PATH + ": "), e::getMessage);
            } catch (Throwable t) {
                fail("mutant " + i + ": " + HexFormat.of().formatHex(mutant), t);
            }
            cost.check("mutant " + i, MAX_ALLOCATED_BYTES);
        }
        assertTrue(accepted > MUTANTS / 100 && accepted < MUTANTS, accepted + " accepted");
    }

    private static int read(byte[] file) throws CheckpointException {
        GgufParser.Contents contents = RawGguf.parse(file);
        for (String key : contents.metadata().keys()) {
            try {
                contents.metadata().texts(key, 1 << 20);
            } catch (CheckpointException e) {
                contents.metadata().wrong(key, "a list of texts");
            }
        }
        for (StoredTensor tensor : contents.tensors().values()) {
            assertEquals(tensor.elements(), tensor.toFloats().length);
        }
        return contents.tensors().size();
    }

    private byte[] mutate() {
        byte[] mutant = VALID.clone();
        int header = VALID.length - 336;
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(random.nextInt(8) == 0 ? mutant.length : header);
            switch (random.nextInt(4)) {
                case 0 -> mutant[at] = (byte) random.nextInt(256);
                case 1 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    int end = Math.min(mutant.length, at + 8);
                    Arrays.fill(mutant, at, end, (byte) (random.nextBoolean() ? 0xff : 0));
                }
                default -> {
                    int count = Math.min(1 + random.nextInt(16), mutant.length - at);
                    int from = random.nextInt(mutant.length - count + 1);
                    System.arraycopy(mutant, from, mutant, at, count);
                }
            }
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(mutant, random.nextInt(mutant.length + 40)) : mutant;
    }
}

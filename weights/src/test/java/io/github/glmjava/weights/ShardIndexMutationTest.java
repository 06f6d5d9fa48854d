package io.github.glmjava.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever happens to an index of shards, it names plain files of its folder, or our exception rejects it. */
class ShardIndexMutationTest {
    private static final int MUTANTS = 100_000;
    private static final long MAX_ALLOCATED_BYTES = 1_000_000;
    private static final Path PATH = Path.of("model.safetensors.index.json");

    private static final String VALID = """
            {"metadata":{"total_size":64},"weight_map":{"a.weight":"model-00001-of-00002.safetensors",\
            "词":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}}""";

    private final Random random = new Random(11);

    @Test
    void mutants() throws CheckpointException {
        byte[] valid = VALID.getBytes(StandardCharsets.UTF_8);
        assertEquals(3, read(valid));
        int accepted = 0;
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutate(valid);
            ReadingCost cost = ReadingCost.begin();
            try {
                read(mutant);
                accepted++;
            } catch (CheckpointException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith(PATH + ": "), e::getMessage);
            } catch (Throwable t) {
                fail("mutant " + i + ": " + HexFormat.of().formatHex(mutant), t);
            }
            cost.check("mutant " + i, MAX_ALLOCATED_BYTES);
        }
        assertTrue(accepted > MUTANTS / 100 && accepted < MUTANTS, accepted + " accepted");
    }

    private static int read(byte[] json) throws CheckpointException {
        ShardIndex index = ShardIndex.parse(new ByteArrayInputStream(json), PATH);
        for (String shard : index.shards().values()) {
            assertEquals(1, index.resolve(shard).getNameCount(), shard);
        }
        return index.shards().size();
    }

    private byte[] mutate(byte[] valid) {
        String likely = "{}[]\",:./\\\u0000 -01eu";
        byte[] mutant = valid.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(mutant.length);
            switch (random.nextInt(4)) {
                case 0 -> mutant[at] = (byte) likely.charAt(random.nextInt(likely.length()));
                case 1 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    int count = Math.min(1 + random.nextInt(20), mutant.length - at);
                    System.arraycopy(mutant, random.nextInt(mutant.length - count + 1), mutant, at, count);
                }
                default -> mutant = Arrays.copyOf(mutant, random.nextInt(4) == 0 ? at + 1 : mutant.length);
            }
        }
        return mutant;
    }
}

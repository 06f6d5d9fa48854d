package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.glmjava.fixture.ReadingCost;
import io.github.glmjava.fixture.SmallGguf;
import io.github.glmjava.gguf.GgufModel;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of GGUF whose tokenizer was damaged: it encodes a chat, or our exceptions reject it. */
class GgufTokenizerMutationTest {
    /** Each is a file that is written and mapped: few, unless more are asked for. */
    private static final int MUTANTS = Integer.getInteger("glm.mutants", 2_000);

    private static final long MAX_ALLOCATED_BYTES = 64 << 20;

    private final Random random = new Random(3);

    @Test
    void mutants(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("model.gguf");
        new SmallGguf().write(file);
        byte[] valid = Files.readAllBytes(file);
        String bytes = new String(valid, StandardCharsets.ISO_8859_1);
        int from = bytes.indexOf("tokenizer.ggml.model");
        int to = bytes.indexOf("token_embd.weight");
        int accepted = 0;
        for (int i = 0; i < MUTANTS; i++) {
            Files.write(file, mutate(valid, from, to));
            ReadingCost cost = ReadingCost.begin();
            try {
                read(file);
                accepted++;
            } catch (CheckpointException | TokenizerException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith(file.toString()), e::getMessage);
            } catch (Throwable t) {
                fail("mutant " + i, t);
            }
            cost.check("mutant " + i, MAX_ALLOCATED_BYTES);
        }
        assertTrue(accepted > MUTANTS / 100 && accepted < MUTANTS, accepted + " accepted");
    }

    private static void read(Path file) throws IOException {
        try (GgufModel model = GgufModel.open(file)) {
            PromptFormat format = model.promptFormat();
            if (format != null) {
                int[] ids = format.encodeText("the <|user|>’");
                format.tokenizer().decode(ids);
                try {
                    format.encodeChat(List.of(ChatMessage.user("the")));
                } catch (IllegalArgumentException e) {
                    // A damaged template that is one still may go wrong when it is rendered, and says so.
                    assertTrue(e.getMessage() != null);
                }
            }
        }
    }

    private byte[] mutate(byte[] valid, int from, int to) {
        byte[] mutant = valid.clone();
        for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
            int at = from + random.nextInt(to - from);
            int count = Math.min(1 + random.nextInt(12), to - at);
            switch (random.nextInt(4)) {
                case 0 -> mutant[at] = (byte) random.nextInt(256);
                case 1 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> System.arraycopy(mutant, from + random.nextInt(to - from - count), mutant, at, count);
                default -> java.util.Arrays.fill(mutant, at, at + count, (byte) (random.nextBoolean() ? 0xff : 0));
            }
        }
        return mutant;
    }
}

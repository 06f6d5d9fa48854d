package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.glmjava.fixture.CheckpointShape;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.fixture.RandomCheckpoint;
import io.github.glmjava.layer.NetworkBatch;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.weights.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sequences that are decoded together compute what each computes alone, to the bit. */
class NetworkBatchTest {
    private static final int STEPS = 6;

    /** Some prompts end within a page of the cache, some decode over the border between two. */
    private static final int[] PROMPT_LENGTHS = {1, 125, 7, 128, 260};

    private static final int VOCABULARY = 307;

    @TempDir
    private Path folder;

    private void write(DType dtype) throws IOException {
        CheckpointShape shape = new CheckpointShape(
                CheckpointShape.Dialect.CHATGLM3, 2, 64, 6, 2, 20, 90, VOCABULARY, 1, 1e-5, true, true, dtype, 1);
        RandomCheckpoint.write(folder, shape, 8);
    }

    private static int[] tokens(int sequence) {
        int[] ids = new int[PROMPT_LENGTHS[sequence] + STEPS];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 1 + (i * 37 + sequence * 101) % (VOCABULARY - 1);
        }
        return ids;
    }

    @ParameterizedTest
    @CsvSource({"F32, 1", "BF16, 2"})
    void sequencesComeAndGo(DType dtype, int threads) throws IOException {
        write(dtype);
        try (OpenNetwork network = OpenNetwork.open(folder, threads)) {
            NetworkBatch batch = network.batch(50);
            List<NetworkSequence> sequences = new ArrayList<>();
            float[][][] alone = new float[PROMPT_LENGTHS.length][][];
            for (int i = 0; i < PROMPT_LENGTHS.length; i++) {
                alone[i] = network.sequence(300).appendForLogits(tokens(i));
                NetworkSequence sequence = batch.newSequence();
                sequence.append(tokens(i), 0, PROMPT_LENGTHS[i]);
                sequences.add(sequence);
            }
            for (int step = 0; step < STEPS; step++) {
                List<NetworkSequence> present = new ArrayList<>();
                List<Integer> numbers = new ArrayList<>();
                for (int i = 0; i < sequences.size(); i++) {
                    if ((step + i) % 3 != 0) {
                        present.add(sequences.get(i));
                        numbers.add(i);
                    }
                }
                int[] ids = numbers.stream()
                        .mapToInt(i -> tokens(i)[sequences.get(i).length()])
                        .toArray();
                batch.step(present, ids);
                for (int i : numbers) {
                    NetworkSequence sequence = sequences.get(i);
                    float[] expected = alone[i][sequence.length() - 1];
                    assertArrayEquals(expected, sequence.logits());
                    // Asked again, they are computed again: the buffer may have been overwritten.
                    sequence.logits()[0] = Float.NaN;
                    assertArrayEquals(expected, sequence.logits());
                }
            }
            continueAlone(sequences, alone);
        }
    }

    /** A sequence goes on without the batch, and after tokens were cut off. */
    private static void continueAlone(List<NetworkSequence> sequences, float[][][] alone) {
        NetworkSequence sequence = sequences.get(1);
        int length = sequence.length();
        sequence.truncate(length - 1);
        assertThrows(IllegalStateException.class, sequence::logits);
        sequence.append(tokens(1), length - 1, length + 1);
        assertArrayEquals(alone[1][length], sequence.logits());
    }

    @Test
    void aSequenceThatCannotStepChangesNone() throws IOException {
        write(DType.BF16);
        try (OpenNetwork network = OpenNetwork.open(folder, 1)) {
            NetworkBatch batch = network.batch(8);
            NetworkSequence first = batch.newSequence();
            NetworkSequence second = batch.newSequence();
            List<NetworkSequence> both = List.of(first, second);
            assertThrows(IllegalArgumentException.class, () -> batch.step(both, new int[] {1}));
            assertThrows(IllegalArgumentException.class, () -> batch.step(both, new int[] {1, VOCABULARY}));
            assertThrows(IllegalArgumentException.class, () -> batch.step(List.of(first, first), new int[] {1, 2}));
            NetworkSequence stranger = network.batch(8).newSequence();
            assertThrows(IllegalArgumentException.class, () -> batch.step(List.of(first, stranger), new int[] {1, 2}));
            assertEquals(0, first.length());
            assertEquals(0, second.length());
            batch.step(both, new int[] {1, 2});
            assertEquals(1, second.length());
        }
    }

    /** Where a start token changes what the text sees, the text is computed anew; without one, nothing is yet. */
    @Test
    void textAroundABlank() throws IOException {
        Path model = GoldenCase.open("chatglm1_shallow").folder();
        int mask = 171;
        int start = 174;
        try (OpenNetwork network = OpenNetwork.open(model, 1)) {
            NetworkBatch batch = network.batch(4);
            NetworkSequence text = batch.newSequence();
            NetworkSequence answer = batch.newSequence();
            text.append(new int[] {9, 8, 7, mask}, 0, 4);
            int[] begun = {5, 6, mask, start, 11, 12};
            answer.append(begun, 0, 4);
            batch.step(List.of(text, answer), new int[] {start, 11});
            batch.step(List.of(text, answer), new int[] {13, 12});
            assertArrayEquals(network.sequence(9).appendForLogits(begun)[5], answer.logits());
            int[] all = {9, 8, 7, mask, start, 13};
            assertArrayEquals(network.sequence(9).appendForLogits(all)[5], text.logits());
        }
    }
}

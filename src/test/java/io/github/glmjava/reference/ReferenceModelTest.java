package io.github.glmjava.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.glmjava.fixture.CheckpointShape;
import io.github.glmjava.fixture.RandomCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceModelTest {
    @TempDir
    private Path folder;

    /** What comes later changes nothing: a prefix gives the first rows of the whole. */
    @ParameterizedTest
    @ValueSource(longs = {20, 21, 22, 23})
    void attentionIsCausal(long seed) throws IOException {
        RandomCheckpoint checkpoint = RandomCheckpoint.write(folder, CheckpointShape.random(seed), seed);
        ReferenceModel model = ReferenceModel.open(folder);
        int[] ids = checkpoint.randomIds(33, seed);
        ReferenceTrace whole = model.forward(ids);
        ReferenceTrace prefix = model.forward(Arrays.copyOf(ids, 17));
        for (int position = 0; position < 17; position++) {
            assertArrayEquals(Matrices.row(whole.logits(), position), Matrices.row(prefix.logits(), position), 1e-10);
        }
    }

    @Test
    void theTraceHasOneRowATokenAtEveryStage() throws IOException {
        CheckpointShape shape = CheckpointShape.random(2);
        RandomCheckpoint checkpoint = RandomCheckpoint.write(folder, shape, 2);
        ReferenceTrace trace = ReferenceModel.open(folder).forward(checkpoint.randomIds(5, 2));
        assertEquals(shape.layers(), trace.hidden().size());
        assertEquals(5, trace.embeddings().getRowDim());
        assertEquals(shape.hiddenSize(), trace.embeddings().getColDim());
        assertEquals(5, trace.finalNorm().getRowDim());
        assertEquals(shape.hiddenSize(), trace.finalNorm().getColDim());
        assertEquals(5, trace.logits().getRowDim());
        assertEquals(shape.vocabularySize(), trace.logits().getColDim());
    }

    @Test
    void whatItDoesNotCoverIsRefused() throws IOException {
        RandomCheckpoint.write(folder, CheckpointShape.random(2), 2);
        Path config = folder.resolve("config.json");
        String changed = Files.readString(config).replaceFirst("\"rmsnorm\" : true", "\"rmsnorm\" : false");
        Files.writeString(config, changed);
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> ReferenceModel.open(folder));
        assertEquals("rmsnorm is false; the reference covers only true", error.getMessage());
    }
}

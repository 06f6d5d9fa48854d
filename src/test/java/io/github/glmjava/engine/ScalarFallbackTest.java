package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who forgets the flag for the Vector API gets the same answer, slowly, and is told once. */
class ScalarFallbackTest {
    @Test
    void withoutTheVectorModuleTheAnswerIsTheSame(@TempDir Path folder) throws IOException {
        ForkedJava.Outcome outcome =
                ForkedJava.run(folder, List.of("-cp", ForkedJava.classPath(), GreedyIds.class.getName()));
        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertEquals(List.of(Arrays.toString(GreedyIds.generate())), outcome.output());
        assertEquals(1, outcome.errors().size(), outcome::toString);
        assertTrue(outcome.errors().getFirst().contains("--add-modules jdk.incubator.vector"), outcome::toString);
    }
}

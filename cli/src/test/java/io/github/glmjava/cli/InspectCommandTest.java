package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class InspectCommandTest {
    @Test
    void showsWhatTheCardSays() throws IOException {
        Run run = Run.glm("inspect", "--threads", "1", DemoModel.folder().toString());

        assertEquals(0, run.exitCode());
        List<String> lines = run.out().lines().toList();
        assertTrue(lines.contains("family        ChatGLM3"), run.out());
        assertTrue(lines.contains("layers        5"), run.out());
        assertTrue(lines.contains("attention     6 heads of 64, keys and values in 2 groups"), run.out());
        assertTrue(lines.contains("vocabulary    6,656"), run.out());
        assertTrue(lines.contains("parameters    12,983,568"), run.out());
        assertTrue(lines.contains("weights       26.0 MB: F16 26.0 MB"), run.out());
        assertTrue(lines.contains("threads       1"), run.out());
        // 2 groups of 64, keys and values, 5 layers, 4 bytes each: 5,120 bytes a token
        assertTrue(
                lines.contains("memory        26.0 MB for the weights and 5.1 KB for each token of a conversation: "
                        + "28.6 MB with a full context"),
                run.out());
        assertEquals(run.out(), Run.glm("inspect", "--threads", "1").out());
    }

    @Test
    void figuresHaveUnits() {
        assertEquals("0 bytes", Figures.bytes(0));
        assertEquals("999 bytes", Figures.bytes(999));
        assertEquals("1.0 KB", Figures.bytes(1000));
        assertEquals("12.5 GB", Figures.bytes(12_487_168_064L));
    }
}

package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GenerateCommandTest {
    private static final String PROMPT = "写一首关于春天的五言绝句";

    @Test
    void answersAsTheDemoModelsCardSays() throws IOException {
        int compared = 0;
        for (JsonNode example : Examples.clear().subList(0, 5)) {
            Run run = Run.glm(
                    "generate",
                    "--greedy",
                    "--max-tokens",
                    "200",
                    example.get("prompt").stringValue());

            assertEquals(example.get("text").stringValue() + "\n", run.out());
            assertEquals("", run.err());
            assertEquals(0, run.exitCode());
            compared++;
        }
        assertEquals(5, compared);
    }

    @Test
    void joinsWordsAndReadsStdin() {
        String expected =
                Run.glm("generate", "--greedy", "Write a poem about the moon").out();

        assertEquals(
                expected,
                Run.glm("generate", "--greedy", "Write", "a", "poem", "about", "the", "moon")
                        .out());
        assertEquals(
                expected,
                Run.withInput("Write a poem about the moon\n", "generate", "--greedy", "-")
                        .out());
    }

    @Test
    void theSeedDecides() {
        String one = Run.glm("generate", "--seed", "1", PROMPT).out();

        assertEquals(
                one,
                Run.glm("generate", "--seed", "1", "--threads", "1", PROMPT).out());
        assertNotEquals(one, Run.glm("generate", "--seed", "2", PROMPT).out());
    }

    @Test
    void samplingOptionsReachTheModel() {
        String greedy = Run.glm("generate", "--greedy", PROMPT).out();

        assertEquals(greedy, Run.glm("generate", "--temperature", "0", PROMPT).out());
        assertEquals(greedy, Run.glm("generate", "--top-k", "1", PROMPT).out());
        assertEquals(greedy, Run.glm("generate", "--top-p", "0", PROMPT).out());
        assertEquals(greedy, Run.glm("generate", "--min-p", "1", PROMPT).out());
        assertNotEquals(
                greedy,
                Run.glm("generate", "--greedy", "--repetition-penalty", "3", PROMPT)
                        .out());
        assertNotEquals(
                greedy,
                Run.glm("generate", "--greedy", "--presence-penalty", "50", PROMPT)
                        .out());
        assertNotEquals(
                greedy,
                Run.glm("generate", "--greedy", "--frequency-penalty", "50", PROMPT)
                        .out());
        assertNotEquals(
                greedy,
                Run.glm("generate", "--greedy", "--system", "藏头诗：新年快乐", PROMPT).out());
        int comma = greedy.indexOf('，');
        assertTrue(comma > 0, greedy);
        assertEquals(
                greedy.substring(0, comma) + "\n",
                Run.glm("generate", "--greedy", "--stop", "，", "--stop", "。", PROMPT)
                        .out());
    }

    @Test
    void rawContinuesThePlainText() {
        Run run = Run.glm("generate", "--raw", "--greedy", "--max-tokens", "8", "床前明月光");

        assertEquals(0, run.exitCode());
        assertNotEquals(
                Run.glm("generate", "--greedy", "--max-tokens", "8", "床前明月光").out(), run.out());
    }

    @Test
    void jsonHasTheWholeResult() throws IOException {
        JsonNode example = Examples.clear().getFirst();
        Run run =
                Run.glm("generate", "--json", "--greedy", example.get("prompt").stringValue());

        JsonNode json = JsonMapper.shared().readTree(run.out());
        assertEquals(example.get("text"), json.get("answer"));
        assertEquals("stop", json.get("finish_reason").stringValue());
        // The card's ids end with the stop token, which a result leaves out.
        assertEquals(example.get("output_ids").size() - 1, json.get("ids").size());
        assertEquals(
                example.get("input_ids").size(),
                json.get("usage").get("prompt_tokens").intValue());
        assertTrue(json.get("seconds").get("prompt").doubleValue() > 0);

        JsonNode cut = JsonMapper.shared()
                .readTree(Run.glm("generate", "--json", "--max-tokens", "2", PROMPT)
                        .out());
        assertEquals("length", cut.get("finish_reason").stringValue());
        assertEquals(2, cut.get("ids").size());
    }

    @Test
    void verboseTellsTheSpeedOnStderr() throws IOException {
        Run run = Run.glm("generate", "-v", "-m", DemoModel.folder().toString(), "--greedy", PROMPT);

        assertTrue(run.err().contains(" tokens/s"), run.err());
        assertFalse(run.out().contains("tokens/s"), run.out());
    }
}

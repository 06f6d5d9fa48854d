package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.ConversionOptions;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GlmModel;
import io.github.glmjava.fixture.GgufWriter;
import io.github.glmjava.fixture.SmallGguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** How a GGUF file wants text to be chosen holds for requests that say nothing of it. */
class GgufSamplingTest {
    @TempDir
    Path temporary;

    private Path file(Consumer<GgufWriter> sampling) throws IOException {
        Path file = temporary.resolve("model.gguf");
        new SmallGguf().with(sampling).write(file);
        return file;
    }

    private static int[] drawn(GlmModel model, long seed) {
        GenerationOptions options =
                GenerationOptions.builder().seed(seed).maxNewTokens(24).build();
        return model.generate(GenerationRequest.ofTokens(1, 2, 3).withOptions(options))
                .ids();
    }

    @Test
    void aModelIsDrawnFromAsItsFileSays() throws IOException {
        Path hot = file(writer -> writer.put("general.sampling.temp", 5f));
        try (GlmModel model = GlmModel.load(hot)) {
            assertFalse(Arrays.equals(drawn(model, 1), drawn(model, 2)));
        }
        Path narrow = file(writer -> writer.put("general.sampling.temp", 5f).put("general.sampling.top_k", 1));
        Path greedy = file(writer -> writer.put("general.sampling.temp", 0f));
        try (GlmModel one = GlmModel.load(narrow);
                GlmModel other = GlmModel.load(greedy)) {
            assertArrayEquals(drawn(one, 1), drawn(other, 2));
        }
    }

    @Test
    void aConvertedFolderSaysTheSame() throws IOException {
        Path source = file(writer -> writer.put("general.sampling.temp", 0.7f)
                .put("general.sampling.top_k", 0)
                .put("general.sampling.top_p", 0.95f)
                .put("general.sampling.min_p", 0.05f)
                .put("general.sampling.penalty_repeat", 1.1f));
        Path folder = temporary.resolve("converted");
        GlmModel.convert(source, folder, ConversionOptions.builder().build());
        assertEquals(
                JsonMapper.shared()
                        .readTree("{\"temperature\": 0.7, \"top_k\": 0, \"top_p\": 0.95, \"min_p\": 0.05,"
                                + " \"repetition_penalty\": 1.1, \"do_sample\": true}"),
                JsonMapper.shared().readTree(Files.readAllBytes(folder.resolve("generation_config.json"))));
    }

    @Test
    void whatCannotBeIsRefused() throws IOException {
        refuse("field top_p: ", writer -> writer.put("general.sampling.top_p", 2f));
        refuse("'general.sampling.temp' is 'hot', expected", writer -> writer.put("general.sampling.temp", "hot"));
    }

    private void refuse(String message, Consumer<GgufWriter> sampling) throws IOException {
        Path file = file(sampling);
        IOException error = assertThrows(IOException.class, () -> GlmModel.load(file));
        assertTrue(String.valueOf(error.getMessage()).contains(message), error::getMessage);
        assertTrue(String.valueOf(error.getMessage()).startsWith(file.toString()), error::getMessage);
    }
}

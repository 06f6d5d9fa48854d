package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.fixture.CheckpointShape;
import io.github.glmjava.fixture.RandomCheckpoint;
import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.SafetensorsWriter;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A folder that cannot be run ends in one exception that names file and field, and leaves no file mapped and no thread
 * running.
 */
class BadFolderTest {
    private static final String DENSE = "transformer.encoder.layers.0.self_attention.dense.weight";

    @TempDir
    private Path folder;

    private void writeModel(int shards) throws IOException {
        CheckpointShape shape = new CheckpointShape(
                CheckpointShape.Dialect.CHATGLM3, 1, 32, 4, 2, 8, 40, 70, 1, 1e-5, true, false, DType.F16, shards);
        RandomCheckpoint.write(folder, shape, 1);
    }

    /** Loads, which must fail, and looks for what the message must say and for what is left open. */
    private void assertRefused(Class<? extends IOException> type, String... saying) throws IOException {
        long workers = workers();
        IOException failure = assertThrows(type, () -> GlmModel.load(folder).close());
        String message = String.valueOf(failure.getMessage());
        for (String part : saying) {
            assertTrue(message.contains(part), () -> "\"" + message + "\" does not say \"" + part + "\"");
        }
        assertEquals(List.of(), mappings());
        for (int wait = 0; wait < 200 && workers() > workers; wait++) {
            pause();
        }
        assertTrue(workers() <= workers, "worker threads are left");
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("glm-worker-"))
                .count();
    }

    /** The files of the folder that this process has mapped, where the system tells. */
    private List<String> mappings() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        if (!Files.exists(maps)) {
            return List.of();
        }
        String real = folder.toRealPath().toString();
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.contains(real)).toList();
        }
    }

    private void setConfig(String field, String value) throws IOException {
        Path config = folder.resolve("config.json");
        ObjectNode changed = (ObjectNode) JsonMapper.shared().readTree(Files.readString(config));
        if (value.isEmpty()) {
            changed.remove(field);
        } else {
            changed.set(field, JsonMapper.shared().readTree(value));
        }
        Files.writeString(config, changed.toString());
    }

    /** Writes the weights again, each tensor replaced; null drops it. */
    private void rewrite(UnaryOperator<TensorSource> change) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Path changed = folder.resolve("changed");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            List<TensorSource> tensors = new ArrayList<>();
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                tensors.add(change.apply(TensorSource.of(tensor)));
            }
            SafetensorsWriter.write(changed, tensors, Map.of());
        }
        Files.delete(file);
        Files.move(changed, file);
    }

    private static TensorSource zeros(String name, DType dtype, List<Long> shape) {
        return TensorSource.of(
                name, dtype, shape, MemorySegment.ofArray(new byte[Math.toIntExact(dtype.byteSize(shape))]));
    }

    /** The other tests would be worth little if this failed. */
    @Test
    void theModelIsFineBeforeItIsBroken() throws IOException {
        writeModel(1);
        try (GlmModel model = GlmModel.load(folder)) {
            assertEquals(70, model.logits(1)[0].length);
            if (Files.exists(Path.of("/proc/self/maps"))) {
                assertEquals(1, mappings().size());
            }
        }
        assertEquals(List.of(), mappings());
    }

    @Test
    void aFolderWithoutConfigIsRefused() throws IOException {
        writeModel(1);
        Files.delete(folder.resolve("config.json"));
        assertRefused(CheckpointException.class, folder.resolve("config.json").toString(), "no such file");
    }

    @Test
    void aFolderWithoutWeightsIsRefused() throws IOException {
        writeModel(1);
        Files.delete(folder.resolve("model.safetensors"));
        assertRefused(CheckpointException.class, folder.toString(), "model.safetensors", "config.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1]", "null", "{\"a\":1,\"a\":2}", "\u0000\u0001"})
    void aConfigThatIsNoObjectIsRefused(String text) throws IOException {
        writeModel(1);
        Files.writeString(folder.resolve("config.json"), text);
        assertRefused(CheckpointException.class, "config.json");
    }

    /** Each field that the families read: missing, of the wrong type, out of range, or asking for what is not there. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model_type | \"llama\"",
                "model_type | 7",
                "model_type | ''",
                "padded_vocab_size | 0",
                "padded_vocab_size | 71.5",
                "hidden_size | ''",
                "hidden_size | \"32\"",
                "hidden_size | -32",
                "num_layers | ''",
                "num_layers | 0",
                "num_layers | 99999999999",
                "num_attention_heads | ''",
                "num_attention_heads | 0",
                "kv_channels | ''",
                "kv_channels | 6",
                "kv_channels | 10",
                "kv_channels | 1000000",
                "multi_query_group_num | ''",
                "multi_query_group_num | 3",
                "multi_query_group_num | 0",
                "multi_query_group_num | 5",
                "multi_query_attention | 1",
                "ffn_hidden_size | ''",
                "ffn_hidden_size | 1e3",
                "layernorm_epsilon | ''",
                "layernorm_epsilon | 0",
                "layernorm_epsilon | -1e-5",
                "layernorm_epsilon | 1e999",
                "layernorm_epsilon | \"NaN\"",
                "rope_ratio | 0",
                "rope_ratio | 1e999",
                "seq_length | ''",
                "seq_length | 0",
                "add_qkv_bias | \"true\"",
                "add_bias_linear | 1",
                "rmsnorm | false",
                "post_layer_norm | false",
                "apply_residual_connection_post_layernorm | true",
                "original_rope | false",
                "tie_word_embeddings | true",
                "quantization_bit | 3",
                "rotary_percent | 1.0",
                "interleaved_qkv | true",
                "rope_scaling | {\"factor\": 2}",
                "a_new_kind_of_attention | true",
                "eos_token_id | -2",
                "eos_token_id | \"</s>\""
            })
    void aFieldThatDoesNotFitIsNamed(String field, String value) throws IOException {
        writeModel(1);
        setConfig(field, value);
        assertRefused(CheckpointException.class, "config.json", field);
    }

    /** The sizes of the configuration and of the tensors contradict each other. */
    @ParameterizedTest
    @CsvSource({
        "padded_vocab_size, 71, word_embeddings",
        "hidden_size, 33, word_embeddings",
        "num_layers, 2, layers.1.",
        "num_attention_heads, 6, query_key_value",
        "kv_channels, 12, query_key_value",
        "multi_query_group_num, 1, query_key_value",
        "ffn_hidden_size, 41, dense_h_to_4h",
        "add_bias_linear, true, self_attention.dense.bias"
    })
    void tensorsThatDoNotFitTheConfigAreNamed(String field, String value, String tensor) throws IOException {
        writeModel(1);
        setConfig(field, value);
        assertRefused(CheckpointException.class, "model.safetensors", tensor);
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        writeModel(1);
        rewrite(tensor -> tensor.name().equals(DENSE) ? zeros("other", DType.F16, List.of(1L)) : tensor);
        assertRefused(CheckpointException.class, "model.safetensors", DENSE);
    }

    @Test
    void aTransposedTensorIsNamed() throws IOException {
        writeModel(1);
        String name = "transformer.encoder.layers.0.mlp.dense_4h_to_h.weight";
        rewrite(tensor -> tensor.name().equals(name) ? zeros(name, DType.F16, List.of(40L, 32L)) : tensor);
        assertRefused(CheckpointException.class, "model.safetensors", name, "[40, 32]", "[32, 40]");
    }

    @ParameterizedTest
    @ValueSource(strings = {DENSE, "transformer.encoder.final_layernorm.weight", "transformer.output_layer.weight"})
    void integersAreRefused(String name) throws IOException {
        writeModel(1);
        rewrite(tensor -> tensor.name().equals(name) ? zeros(name, DType.I8, tensor.shape()) : tensor);
        assertRefused(CheckpointException.class, "model.safetensors", name, "I8");
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        writeModel(1);
        Path file = folder.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {0, 7, 8, 100, bytes.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(bytes, length));
            assertRefused(CheckpointException.class, file.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../outside.safetensors", "/etc/passwd", "a/b.safetensors", "..", "", "missing.safetensors"})
    void anIndexThatPointsElsewhereIsRefused(String target) throws IOException {
        writeModel(2);
        Path index = folder.resolve("model.safetensors.index.json");
        ObjectNode changed = (ObjectNode) JsonMapper.shared().readTree(Files.readString(index));
        ((ObjectNode) changed.required("weight_map")).put(DENSE, target);
        Files.writeString(index, changed.toString());
        assertRefused(CheckpointException.class, folder.toString(), target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "\n\u0002\u0000\u0000", "\u007f\u007f\u007f\u007f"})
    void aTokenizerThatIsNoneIsRefused(String text) throws IOException {
        writeModel(1);
        Files.write(folder.resolve("tokenizer.model"), text.getBytes(StandardCharsets.UTF_8));
        assertRefused(TokenizerException.class, "tokenizer.model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"temperature | -1", "top_p | 2", "eos_token_id | \"x\"", "do_sample | 1", "max_length | -5"})
    void generationDefaultsThatDoNotFitAreNamed(String field, String value) throws IOException {
        writeModel(1);
        Files.writeString(folder.resolve("generation_config.json"), "{\"" + field + "\":" + value + "}");
        assertRefused(CheckpointException.class, "generation_config.json", field);
    }
}

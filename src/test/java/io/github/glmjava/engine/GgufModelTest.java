package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.GlmModel;
import io.github.glmjava.KeyValueFormat;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.fixture.GgufWriter;
import io.github.glmjava.fixture.GoldenCase;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.SafetensorsWriter;
import io.github.glmjava.weights.StoredTensor;
import io.github.glmjava.weights.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Golden models written as GGUF files, with the names and metadata that llama.cpp's converters write. */
class GgufModelTest {
    private static final Map<String, String> REMOTE = Map.ofEntries(
            Map.entry("transformer.embedding.word_embeddings", "token_embd"),
            Map.entry("transformer.encoder.final_layernorm", "output_norm"),
            Map.entry("transformer.output_layer", "output"),
            Map.entry("transformer.encoder.layers.N.input_layernorm", "blk.N.attn_norm"),
            Map.entry("transformer.encoder.layers.N.self_attention.query_key_value", "blk.N.attn_qkv"),
            Map.entry("transformer.encoder.layers.N.self_attention.dense", "blk.N.attn_output"),
            Map.entry("transformer.encoder.layers.N.post_attention_layernorm", "blk.N.ffn_norm"),
            Map.entry("transformer.encoder.layers.N.mlp.dense_h_to_4h", "blk.N.ffn_up"),
            Map.entry("transformer.encoder.layers.N.mlp.dense_4h_to_h", "blk.N.ffn_down"));

    private static final Map<String, String> NATIVE = Map.ofEntries(
            Map.entry("model.embed_tokens", "token_embd"),
            Map.entry("model.norm", "output_norm"),
            Map.entry("lm_head", "output"),
            Map.entry("model.layers.N.input_layernorm", "blk.N.attn_norm"),
            Map.entry("model.layers.N.self_attn.q_proj", "blk.N.attn_q"),
            Map.entry("model.layers.N.self_attn.k_proj", "blk.N.attn_k"),
            Map.entry("model.layers.N.self_attn.v_proj", "blk.N.attn_v"),
            Map.entry("model.layers.N.self_attn.o_proj", "blk.N.attn_output"),
            Map.entry("model.layers.N.post_self_attn_layernorm", "blk.N.post_attention_norm"),
            Map.entry("model.layers.N.post_attention_layernorm", "blk.N.ffn_norm"),
            Map.entry("model.layers.N.mlp.gate_up_proj", "blk.N.ffn_up"),
            Map.entry("model.layers.N.mlp.down_proj", "blk.N.ffn_down"),
            Map.entry("model.layers.N.post_mlp_layernorm", "blk.N.post_ffw_norm"));

    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource({
        "chatglm3_bf16, chatglm, llama, 64, 3, 4, 2, 96, 8, 1e-5, 10000, ChatGLM3",
        "glm4_remote_bf16, chatglm, gpt2, 96, 3, 6, 2, 120, 8, 1.5625e-07, 5000000, GLM",
        "glm_edge_tied, chatglm, gpt2, 48, 3, 4, 2, 72, 12, 1e-5, 10000, GLM",
        "glm4_0414_sharded, glm4, gpt2, 64, 3, 4, 2, 88, 8, 1e-5, 10000, GLM-4-0414"
    })
    void logitsAreThoseOfThePublishedFolder(
            String name,
            String architecture,
            String tokenizer,
            int hidden,
            int layers,
            int heads,
            int groups,
            int feedForward,
            int rotary,
            float epsilon,
            float base,
            String family)
            throws IOException {
        GoldenCase golden = GoldenCase.open(name);
        Path file = write(
                golden,
                temporary.resolve("model.gguf"),
                architecture,
                tokenizer,
                hidden,
                layers,
                heads,
                groups,
                feedForward,
                rotary,
                epsilon,
                base);
        try (GlmModel model = GlmModel.load(file)) {
            assertTrue(model.info().family().startsWith(family), model.info().family());
            golden.assertLogits(model::logits, 2e-4);
        }
    }

    /** Writes a golden model as a file of GGUF. */
    static Path write(
            GoldenCase golden,
            Path file,
            String architecture,
            String tokenizer,
            int hidden,
            int layers,
            int heads,
            int groups,
            int feedForward,
            int rotary,
            float epsilon,
            float base)
            throws IOException {
        GgufWriter writer = new GgufWriter()
                .put("general.architecture", architecture)
                .put(architecture + ".context_length", 4096)
                .put(architecture + ".embedding_length", hidden)
                .put(architecture + ".block_count", layers)
                .put(architecture + ".attention.head_count", heads)
                .put(architecture + ".attention.head_count_kv", groups)
                .put(architecture + ".feed_forward_length", feedForward)
                .put(architecture + ".rope.dimension_count", rotary)
                .put(architecture + ".rope.freq_base", base)
                .put(architecture + ".attention.layer_norm_rms_epsilon", epsilon)
                .put("tokenizer.ggml.model", tokenizer)
                .put("tokenizer.ggml.eos_token_id", 2);
        try (Checkpoint checkpoint = Checkpoint.open(golden.folder())) {
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                if (!tensor.name().endsWith("inv_freq")) {
                    writer.converted(ggufName(tensor.name()), tensor);
                }
            }
        }
        writer.write(file);
        return file;
    }

    static String ggufName(String name) {
        Pattern layer = Pattern.compile("\\.layers\\.(\\d+)\\.");
        int dot = name.lastIndexOf('.');
        String number = layer.matcher(name)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElse("");
        String module = layer.matcher(name.substring(0, dot)).replaceAll(".layers.N.");
        String gguf = Objects.requireNonNull(REMOTE.getOrDefault(module, NATIVE.get(module)));
        return gguf.replace("N", number) + name.substring(dot);
    }

    /**
     * Blocks of every type give what their floats give when they are quantised, to the bit; except that those which are like
     * ours keep their integers, and with scales that ours can hold are exact.
     */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = "Q.*")
    void blocksBecomeOurs(DType type) throws IOException {
        Random random = new Random(3);
        GgufWriter writer = smallModel();
        List<TensorSource> floats = new ArrayList<>();
        for (String[] tensor : new String[][] {
            {"token_embd", "transformer.embedding.word_embeddings", "300", "256"},
            {"blk.0.attn_qkv", "transformer.encoder.layers.0.self_attention.query_key_value", "512", "256"},
            {"blk.0.attn_output", "transformer.encoder.layers.0.self_attention.dense", "256", "256"},
            {"blk.0.ffn_up", "transformer.encoder.layers.0.mlp.dense_h_to_4h", "1024", "256"},
            {"blk.0.ffn_down", "transformer.encoder.layers.0.mlp.dense_4h_to_h", "256", "512"},
            {"output", "transformer.output_layer", "300", "256"},
        }) {
            List<Long> shape = List.of(Long.parseLong(tensor[2]), Long.parseLong(tensor[3]));
            // The embedding is not quantised by us either.
            DType stored = tensor[0].equals("token_embd") ? DType.F16 : type;
            byte[] blocks = randomBlocks(stored, shape, random);
            writer.tensor(tensor[0] + ".weight", stored, shape, blocks);
            float[] values = new StoredTensor("t", stored, shape, MemorySegment.ofArray(blocks), temporary).toFloats();
            floats.add(TensorSource.of(tensor[1] + ".weight", DType.F32, shape, MemorySegment.ofArray(values)));
        }
        for (String[] norm : new String[][] {
            {"blk.0.attn_norm", "transformer.encoder.layers.0.input_layernorm"},
            {"blk.0.ffn_norm", "transformer.encoder.layers.0.post_attention_layernorm"},
            {"output_norm", "transformer.encoder.final_layernorm"}
        }) {
            float[] ones = new float[256];
            java.util.Arrays.fill(ones, 1);
            writer.floats(norm[0] + ".weight", List.of(256L), ones);
            floats.add(TensorSource.of(norm[1] + ".weight", DType.F32, List.of(256L), MemorySegment.ofArray(ones)));
        }
        Path file = temporary.resolve("model.gguf");
        writer.write(file);
        Path folder = Files.createDirectory(temporary.resolve("folder"));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), floats, Map.of());
        Files.writeString(folder.resolve("config.json"), """
                {"_name_or_path": "chatglm3-6b", "model_type": "chatglm", "padded_vocab_size": 300, "hidden_size": 256,
                "num_layers": 1, "num_attention_heads": 4, "kv_channels": 64, "multi_query_attention": true,
                "multi_query_group_num": 2, "ffn_hidden_size": 512, "layernorm_epsilon": 1e-5, "seq_length": 100}""");
        int[] ids = {1, 299, 17, 5};
        // Weights as stored keep their keys and values in F32, quantised ones would not by themselves.
        LoadOptions q8 = LoadOptions.builder()
                .weights(WeightFormat.Q8)
                .keyValues(KeyValueFormat.F32)
                .build();
        // By itself Q4_0 becomes Q4; with a format chosen all are alike.
        try (GlmModel expected = GlmModel.load(folder, q8);
                GlmModel chosen = GlmModel.load(file, q8);
                GlmModel unchosen = GlmModel.load(file)) {
            float[][] exact = exactLogits(folder, ids);
            if (type != DType.Q8_0) {
                assertArrayEquals(expected.logits(ids), chosen.logits(ids));
            }
            if (type == DType.Q8_0 || type == DType.Q4_0) {
                // The integers are the same, but vector kernels of Q4 round activations: to a fourteenth of their
                // deviation or so.
                boolean rounds = type == DType.Q4_0 && !Boolean.getBoolean("glmjava.scalar");
                float tolerance = rounds ? 1.2e-2f : 1e-4f;
                float[][] kept = unchosen.logits(ids);
                for (int token = 0; token < ids.length; token++) {
                    assertArrayEquals(exact[token], kept[token], tolerance);
                }
            } else {
                assertArrayEquals(expected.logits(ids), unchosen.logits(ids));
            }
            long weights = unchosen.info().memoryBytes();
            assertTrue(type == DType.Q4_0 ? weights < 600_000 : weights < 900_000, "bytes " + weights);
        }
    }

    private static float[][] exactLogits(Path folder, int... ids) throws IOException {
        try (GlmModel model = GlmModel.load(folder)) {
            return model.logits(ids);
        }
    }

    private static GgufWriter smallModel() {
        return new GgufWriter()
                .put("general.architecture", "chatglm")
                .put("chatglm.context_length", 100)
                .put("chatglm.embedding_length", 256)
                .put("chatglm.block_count", 1)
                .put("chatglm.attention.head_count", 4)
                .put("chatglm.attention.head_count_kv", 2)
                .put("chatglm.feed_forward_length", 512)
                .put("chatglm.rope.dimension_count", 32)
                .put("chatglm.attention.layer_norm_rms_epsilon", 1e-5f);
    }

    private static byte[] randomBlocks(DType type, List<Long> shape, Random random) {
        byte[] bytes = new byte[(int) type.byteSize(shape)];
        random.nextBytes(bytes);
        for (int at = 0; at < bytes.length; at += type.bytes()) {
            int scale = type == DType.Q6_K ? 208 : 0;
            boolean second = type.name().endsWith("_1") || type == DType.Q4_K || type == DType.Q5_K;
            float size = type == DType.Q6_K ? 1e-5f : type.name().endsWith("_K") ? 3e-5f : 1e-3f;
            for (int i = 0; i < (second ? 2 : 1) && type.bytes() > 1; i++) {
                // 8 bits of mantissa, as our scales have.
                float scale8 = Math.round(128 * (1 + random.nextFloat())) / 128f;
                short half =
                        Float.floatToFloat16(Float.intBitsToFloat(Float.floatToIntBits(size) & 0xff800000) * scale8);
                bytes[at + scale + 2 * i] = (byte) half;
                bytes[at + scale + 2 * i + 1] = (byte) (half >> 8);
            }
        }
        return bytes;
    }

    @Test
    void whatIsNotAGlmIsRefused() throws IOException {
        refuse(new GgufWriter().put("general.architecture", "llama"), "'general.architecture' is 'llama', expected");
        refuse(smallModel(), "no tensor 'token_embd.weight'");
        refuse(smallModel().put("split.count", 3), "merge the parts");
        refuse(smallModel().put("chatglm.rope.scaling.type", "yarn"), "rope.scaling.type' is 'yarn', expected none");
        refuse(new GgufWriter(), "'general.architecture' is missing");
    }

    private void refuse(GgufWriter writer, String message) throws IOException {
        Path file = temporary.resolve("bad.gguf");
        writer.write(file);
        CheckpointException error = assertThrows(CheckpointException.class, () -> GlmModel.load(file));
        assertTrue(String.valueOf(error.getMessage()).contains(message), error.getMessage());
    }
}

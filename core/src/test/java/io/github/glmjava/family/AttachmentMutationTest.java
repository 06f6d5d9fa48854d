package io.github.glmjava.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.github.glmjava.layer.AttentionConfig;
import io.github.glmjava.layer.FeedForwardConfig;
import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.NormConfig;
import io.github.glmjava.layer.RotaryConfig;
import io.github.glmjava.tensor.KernelProvider;
import io.github.glmjava.tensor.WorkerTeam;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Adapters and prefixes whose configuration or tensors were damaged in a way that leaves the files themselves whole: they are
 * read, or our exception rejects them. What damaged files do is tested where those are read.
 */
class AttachmentMutationTest {
    private static final int MUTANTS = 100_000;
    private static final long MAX_ALLOCATED_BYTES = 2_000_000;
    private static final Path FOLDER = Path.of("attachment");
    private static final String LAYER = "base_model.model.transformer.encoder.layers.0.";

    private static final String ADAPTER_CONFIG = """
            {"peft_type":"LORA","r":2,"lora_alpha":4,"use_rslora":false,"bias":"none","modules_to_save":["norm"],\
            "init_lora_weights":true,"rank_pattern":{"dense":1},"alpha_pattern":{"^a.b":2.5},"use_dora":false}""";

    private static final Map<String, List<Long>> ADAPTER = Map.of(
            LAYER + "query_key_value.lora_A.weight",
            List.of(2L, 6L),
            LAYER + "query_key_value.lora_B.weight",
            List.of(8L, 2L),
            LAYER + "dense.lora_A.default.weight",
            List.of(1L, 4L),
            LAYER + "dense.lora_B.default.weight",
            List.of(6L, 1L),
            "base_model.model.emb.lora_embedding_A",
            List.of(2L, 5L),
            "base_model.model.emb.lora_embedding_B",
            List.of(6L, 2L),
            "base_model.model.norm.modules_to_save.weight",
            List.of(6L));

    private static final String ENCODER = "transformer.prefix_encoder.";
    private static final String PREFIX_CONFIG = "{\"pre_seq_len\":3,\"prefix_projection\":true}";

    private static final Map<String, List<Long>> PREFIX = Map.of(
            ENCODER + "embedding.weight", List.of(3L, 4L),
            ENCODER + "trans.0.weight", List.of(5L, 4L),
            ENCODER + "trans.0.bias", List.of(5L),
            ENCODER + "trans.2.weight", List.of(16L, 5L),
            ENCODER + "trans.2.bias", List.of(16L));

    private final Random random = new Random(5);

    private interface Reading {
        void read(byte[] config, Checkpoint tensors) throws CheckpointException;
    }

    @Test
    void adapters() throws CheckpointException {
        try (Arena arena = Arena.ofConfined()) {
            mutate(ADAPTER_CONFIG, ADAPTER, (config, tensors) -> {
                LoraConfig fields = LoraConfig.of(ConfigFields.parse(config, FOLDER));
                LoraAdapter adapter = LoraAdapter.of(FOLDER, fields, tensors, 1, arena);
                for (LoraFactors factors : adapter.factors().values()) {
                    factors.addRow(factors.rows() - 1, new float[factors.columns()], 0);
                }
            });
        }
    }

    @Test
    void prefixes() throws CheckpointException {
        GlmConfig model = GlmConfig.builder()
                .vocabularySize(10)
                .hiddenSize(8)
                .layers(2)
                .contextLength(10)
                .attention(AttentionConfig.grouped(2, 1, 4))
                .rotary(new RotaryConfig(2, 10000, RotaryConfig.Pairing.HALVES))
                .norm(new NormConfig(NormConfig.Kind.ROOT_MEAN_SQUARE, 1e-5))
                .feedForward(new FeedForwardConfig(8, FeedForwardConfig.Activation.SWIGLU, false))
                .build();
        try (WorkerTeam team = new WorkerTeam(1)) {
            mutate(
                    PREFIX_CONFIG,
                    PREFIX,
                    (config, tensors) -> PrefixReader.read(
                            tensors, ConfigFields.parse(config, FOLDER), model, KernelProvider.kernels(), team));
        }
    }

    private void mutate(String config, Map<String, List<Long>> tensors, Reading reading) throws CheckpointException {
        byte[] json = config.getBytes(StandardCharsets.UTF_8);
        Memory whole = new Memory();
        tensors.forEach((name, shape) -> whole.add(name, DType.F32, shape));
        assertEquals(tensors.size(), whole.tensors().size());
        reading.read(json, whole);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int accepted = 0;
        for (int i = 0; i < MUTANTS; i++) {
            boolean inConfig = random.nextInt(3) > 0;
            byte[] mutantConfig = inConfig ? mutate(json) : json;
            Memory mutant = inConfig && random.nextBoolean() ? whole : mutate(tensors);
            long before = threads.getCurrentThreadAllocatedBytes();
            long start = threads.getCurrentThreadCpuTime();
            try {
                reading.read(mutantConfig, mutant);
                accepted++;
            } catch (CheckpointException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith(FOLDER.toString()), e::getMessage);
            } catch (Throwable t) {
                fail(
                        "mutant " + i + ": " + new String(mutantConfig, StandardCharsets.ISO_8859_1) + mutant.tensors(),
                        t);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < MAX_ALLOCATED_BYTES, "mutant " + i + " allocated " + allocated + " bytes");
            assertTrue(threads.getCurrentThreadCpuTime() - start < 1_000_000_000L, "mutant " + i + " took too long");
        }
        // Both ways are taken, otherwise the mutations are too mild or too wild to find anything.
        assertTrue(accepted > MUTANTS / 200 && accepted < MUTANTS / 2, accepted + " accepted");
    }

    private byte[] mutate(byte[] json) {
        String likely = "{}[]\",:-0123456789.eEtrufalsn^$";
        byte[] mutant = json.clone();
        for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
            int at = random.nextInt(mutant.length);
            switch (random.nextInt(3)) {
                case 0 -> mutant[at] = (byte) likely.charAt(random.nextInt(likely.length()));
                case 1 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                default -> {
                    int count = Math.min(1 + random.nextInt(12), mutant.length - at);
                    System.arraycopy(mutant, random.nextInt(mutant.length - count + 1), mutant, at, count);
                }
            }
        }
        return mutant;
    }

    /** One tensor is left out, or gets another name, shape or type. */
    private Memory mutate(Map<String, List<Long>> tensors) {
        Memory mutant = new Memory();
        int chosen = random.nextInt(tensors.size());
        int index = 0;
        // In one order every time: that of Map.of is another in every JVM.
        for (Map.Entry<String, List<Long>> tensor : new TreeMap<>(tensors).entrySet()) {
            String name = tensor.getKey();
            DType dtype = DType.F32;
            List<Long> shape = new ArrayList<>(tensor.getValue());
            boolean isChosen = index++ == chosen;
            if (isChosen) {
                switch (random.nextInt(5)) {
                    case 0 -> name = name.substring(0, random.nextInt(name.length() + 1));
                    case 1 -> {
                        int at = random.nextInt(name.length());
                        name = name.substring(0, at)
                                + name.substring(Math.min(name.length(), at + 1 + random.nextInt(8)));
                    }
                    case 2 -> shape.set(random.nextInt(shape.size()), (long) random.nextInt(20));
                    case 3 -> {
                        if (random.nextBoolean()) {
                            shape.removeLast();
                        } else {
                            shape.add((long) random.nextInt(4));
                        }
                    }
                    default -> dtype = List.of(DType.values()).get(random.nextInt(10));
                }
            }
            if (!isChosen || random.nextInt(10) > 0) {
                mutant.add(name, dtype, shape);
            }
        }
        return mutant;
    }

    /** Tensors in memory. */
    private static final class Memory implements Checkpoint {
        private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

        void add(String name, DType dtype, List<Long> shape) {
            MemorySegment data = MemorySegment.ofArray(new byte[(int) dtype.byteSize(shape)]);
            tensors.put(name, new StoredTensor(name, dtype, shape, data.asReadOnly(), file()));
        }

        @Override
        public Path file() {
            return FOLDER;
        }

        @Override
        public Map<String, StoredTensor> tensors() {
            return tensors;
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }

        @Override
        public void close() {}
    }
}

package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.fixture.NativeCheckpoint;
import io.github.glmjava.layer.NetworkSequence;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What nobody asks for is not computed: tokens leave the last block after their keys and values. */
class LastBlockTest {
    /** What every token of a prompt goes through even in the last block. */
    private static final Pattern PROJECTION = Pattern.compile(".*self_attn\\.(q|k|v|q_a|q_b|kv_a)_proj.*");

    private static final Pattern LAYER = Pattern.compile(".*\\.layers\\.(\\d+)\\..*");

    @TempDir
    private Path folder;

    /** Seen by the last mixture of experts: the last token of a prompt, and of several parts only of the last. */
    @ParameterizedTest
    @CsvSource({"glm4_moe, 1", "glm4_moe, 2", "glm4_moe, 3", "glm4_moe_lite, 1", "glm4_moe_lite, 2", "glm4_moe_lite, 3"
    })
    void onlyTheLastTokenComesThroughIt(String modelType, long seed) throws IOException {
        NativeCheckpoint.write(folder, modelType, seed);
        int[] ids = new int[20];
        try (OpenNetwork network = OpenNetwork.open(folder, 1)) {
            int mixtures = seen(network, new int[1], true).size();
            List<Integer> expected = new ArrayList<>();
            for (int part : new int[] {8, 8, 4}) {
                expected.addAll(Collections.nCopies(mixtures - 1, part));
            }
            expected.add(1);
            assertEquals(expected, seen(network, ids, false));
            assertEquals(
                    20 * mixtures,
                    seen(network, ids, true).stream()
                            .mapToInt(Integer::intValue)
                            .sum());
        }
    }

    /** How many tokens come through each mixture of experts, 8 at a time. */
    private static List<Integer> seen(OpenNetwork network, int[] ids, boolean allLogits) {
        List<Integer> tokens = new ArrayList<>();
        NetworkSequence sequence = network.sequence(8);
        sequence.routeOverride((experts, count, perToken) -> tokens.add(count));
        if (allLogits) {
            sequence.appendForLogits(ids);
        } else {
            sequence.append(ids, 0, ids.length);
        }
        return tokens;
    }

    /** Added up from the tensors of the files. */
    @ParameterizedTest
    @CsvSource({"glm, 1", "glm4, 2", "glm4_moe, 3", "glm4_moe, 4", "glm4_moe_lite, 3", "glm4_moe_lite, 4"})
    void multiplyAddsAreCounted(String modelType, long seed) throws IOException {
        NativeCheckpoint.write(folder, modelType, seed);
        JsonNode config = JsonMapper.shared().readTree(folder.resolve("config.json"));
        try (OpenNetwork network = OpenNetwork.open(folder, 1);
                Checkpoint checkpoint = Checkpoint.open(folder)) {
            for (int tokens : new int[] {1, 7, 512}) {
                long expected = config.required("vocab_size").asLong()
                        * config.required("hidden_size").asLong();
                for (var entry : checkpoint.tensors().entrySet()) {
                    expected += multiplyAdds(entry.getKey(), entry.getValue(), config, network.layers(), tokens);
                }
                assertEquals(expected, network.promptMultiplyAdds(tokens));
            }
        }
    }

    private static long multiplyAdds(String name, StoredTensor tensor, JsonNode config, int layers, int tokens) {
        var layer = LAYER.matcher(name);
        if (tensor.shape().size() < 2 || !layer.matches() || Integer.parseInt(layer.group(1)) >= layers) {
            return 0;
        }
        boolean last = Integer.parseInt(layer.group(1)) == layers - 1
                && !PROJECTION.matcher(name).matches();
        long all = tensor.elements() * (last ? 1 : tokens);
        if (!name.contains(".experts.")) {
            return all;
        }
        // Each expert is gone through by a part of the tokens; all experts are of one size.
        int first = name.contains(".experts.0.") ? 1 : 0;
        return first * all * config.required("num_experts_per_tok").asLong();
    }
}

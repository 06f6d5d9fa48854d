package io.github.glmjava.family;

import io.github.glmjava.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code adapter_config.json} of a PEFT LoRA adapter (huggingface/peft, {@code tuners/lora/config.py}): what its tensors
 * are to be multiplied with. An option that changes numbers in a way that is not supported is an error, and so is one that
 * is not known.
 */
final class LoraConfig {
    private static final List<String> UNSUPPORTED = List.of(
            "use_dora",
            "use_qalora",
            "lora_bias",
            "layer_replication",
            "trainable_token_indices",
            "alora_invocation_tokens",
            "target_parameters",
            "arrow_config");

    /** Those that begin from the base model as it is; others (pissa, olora, loftq, ...) change the base model. */
    private static final Set<String> INITIALISATIONS = Set.of("", "gaussian", "eva", "orthogonal");

    /** They change nothing when an adapter is used. */
    private static final Set<String> HARMLESS = Set.of(
            // Where it comes from
            "auto_mapping",
            "base_model_name_or_path",
            "peft_version",
            "revision",
            "task_type",
            // Which modules and layers were chosen: the tensors tell
            "ensure_weight_tying",
            "exclude_modules",
            "layers_pattern",
            "layers_to_transform",
            "target_modules",
            // Training, and what belongs to an initialisation or a method that is refused
            "corda_config",
            "eva_config",
            "inference_mode",
            "loftq_config",
            "lora_dropout",
            "lora_ga_config",
            "qalora_group_size",
            // How other programs run it
            "megatron_config",
            "megatron_core",
            "runtime_config",
            // PEFT itself sets it to false for linear layers
            "fan_in_fan_out");

    private static final int MAX_RANK = 1 << 14;

    private final ConfigFields fields;
    private final int rank;
    private final double alpha;
    private final boolean rankStabilised;
    private final Map<String, Double> ranks;
    private final Map<String, Double> alphas;
    private final boolean replacesTensors;

    private LoraConfig(ConfigFields fields) throws CheckpointException {
        this.fields = fields;
        if (!fields.text("peft_type").equals("LORA")) {
            throw fields.wrong("peft_type", '"' + fields.text("peft_type") + '"', "\"LORA\"");
        }
        for (String field : UNSUPPORTED) {
            fields.requireUnset(field);
        }
        String initialisation = fields.isFlag("init_lora_weights") ? "" : fields.text("init_lora_weights");
        if (!INITIALISATIONS.contains(initialisation)) {
            throw fields.wrong(
                    "init_lora_weights",
                    '"' + initialisation + '"',
                    "one that leaves the base model as it is; convert the adapter to an ordinary LoRA with PEFT");
        }
        rank = fields.integer("r", 1, MAX_RANK);
        alpha = fields.number("lora_alpha");
        rankStabilised = fields.flag("use_rslora", false);
        ranks = fields.numbers("rank_pattern");
        alphas = fields.numbers("alpha_pattern");
        String bias = fields.text("bias");
        replacesTensors = fields.isSet("modules_to_save") || !(bias.isEmpty() || bias.equals("none"));
        fields.requireKnown(HARMLESS);
    }

    static LoraConfig read(Path file) throws IOException {
        return of(ConfigFields.read(file));
    }

    static LoraConfig of(ConfigFields fields) throws CheckpointException {
        return new LoraConfig(fields);
    }

    /** The rank of a module's factors. */
    double rank(String module) throws CheckpointException {
        return matching("rank_pattern", ranks, module, rank);
    }

    /** {@code alpha / r}, or {@code alpha / sqrt(r)} if it is rank-stabilised (Kalajdzievski 2023). */
    double scaling(String module) throws CheckpointException {
        double divisor = rank(module);
        return matching("alpha_pattern", alphas, module, alpha) / (rankStabilised ? Math.sqrt(divisor) : divisor);
    }

    /** Whether the adapter may replace tensors of the base model other than by factors. */
    boolean replacesTensors() {
        return replacesTensors;
    }

    /**
     * The first pattern that a module's name matches: {@code (.*\.)?(pattern)$} in PEFT. Only names are taken, with
     * {@code ^} for the whole name; a general regular expression in a file could keep us busy for ever.
     */
    private double matching(String field, Map<String, Double> patterns, String module, double otherwise)
            throws CheckpointException {
        for (Map.Entry<String, Double> entry : patterns.entrySet()) {
            String pattern = entry.getKey().replace("\\.", ".");
            boolean whole = pattern.startsWith("^");
            String name = whole ? pattern.substring(1) : pattern;
            if (!name.matches("[A-Za-z0-9_.]+")) {
                throw fields.wrong(field, '"' + entry.getKey() + '"', "names of modules, no regular expressions");
            }
            if (module.equals(name) || (!whole && module.endsWith("." + name))) {
                return entry.getValue();
            }
        }
        return otherwise;
    }
}

package io.github.glmjava.family;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a family calls its tensors. In the names of a block's tensors {@code {layer}} stands for its number, and
 * {@code {number}} for that of an expert or head, from 0. A
 * bias has its weight's name with {@code bias} for {@code weight}. Immutable.
 */
public final class TensorNames {
    private static final String WEIGHT = "weight";

    private static final int MAX_FURTHER_LAYERS = 16;

    private final Map<TensorRole, List<String>> names;
    private final List<String> ignored;
    private final String furtherLayers;

    private TensorNames(Map<TensorRole, List<String>> names, List<String> ignored, String furtherLayers) {
        this.names = new EnumMap<>(names);
        this.ignored = List.copyOf(ignored);
        this.furtherLayers = furtherLayers;
    }

    static Builder builder() {
        return new Builder();
    }

    /** The name of a tensor that is one for the whole network. */
    String of(TensorRole role) {
        return parts(role).getFirst();
    }

    /** The name of a block's tensor. */
    String of(TensorRole role, int layer) {
        return inLayer(of(role), layer);
    }

    /** The names of a block's tensors that make up one map, in the order of their outputs. */
    List<String> parts(TensorRole role, int layer) {
        return parts(role).stream().map(name -> inLayer(name, layer)).toList();
    }

    /** The names of an expert's tensors that make up one map. */
    List<String> parts(TensorRole role, int layer, int expert) {
        return parts(role, layer).stream().map(name -> numbered(name, expert)).toList();
    }

    /** The name of an expert's or head's tensor. */
    String of(TensorRole role, int layer, int number) {
        return numbered(of(role, layer), number);
    }

    private static String numbered(String name, int number) {
        return name.replace("{number}", Integer.toString(number));
    }

    private List<String> parts(TensorRole role) {
        List<String> parts = names.get(role);
        if (parts == null) {
            throw new IllegalStateException("the family has no name for " + role);
        }
        return parts;
    }

    private static String inLayer(String name, int layer) {
        return name.replace("{layer}", Integer.toString(layer));
    }

    /** What a weight's bias is called. */
    static String biasOf(String weight) {
        return weight.substring(0, weight.length() - WEIGHT.length()) + "bias";
    }

    /**
     * Whether the original code does not use a tensor either: its name has an ignored ending, or it is of a layer behind
     * the last one, for predicting several tokens.
     */
    boolean ignores(String name, int layers) {
        boolean further = false;
        for (int layer = layers; layer < layers + MAX_FURTHER_LAYERS && !furtherLayers.isEmpty(); layer++) {
            further |= name.startsWith(inLayer(furtherLayers, layer));
        }
        return further || ignored.stream().anyMatch(name::endsWith);
    }

    /** Collects names. */
    static final class Builder {
        private final Map<TensorRole, List<String>> names = new EnumMap<>(TensorRole.class);
        private final List<String> ignored = new ArrayList<>();
        private String furtherLayers = "";

        private Builder() {}

        /** Names a tensor, or the tensors that make up one map. */
        Builder name(TensorRole role, String... parts) {
            names.put(role, List.of(parts));
            return this;
        }

        /** The ending of names that the original code does not use either. */
        Builder ignore(String ending) {
            ignored.add(ending);
            return this;
        }

        /** How names of layers begin, if there may be more of them than the network has. */
        Builder ignoreFurtherLayers(String prefix) {
            furtherLayers = prefix;
            return this;
        }

        TensorNames build() {
            return new TensorNames(names, ignored, furtherLayers);
        }
    }
}

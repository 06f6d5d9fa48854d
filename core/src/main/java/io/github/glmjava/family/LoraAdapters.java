package io.github.glmjava.family;

import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Low-rank adapters that are added to a model while it is loaded. For use by one thread. */
public final class LoraAdapters {
    private final List<LoraAdapter> adapters;
    private final Set<String> used = new HashSet<>();

    private LoraAdapters(List<LoraAdapter> adapters) {
        this.adapters = adapters;
    }

    /** No adapters. */
    public static LoraAdapters none() {
        return new LoraAdapters(List.of());
    }

    /**
     * Reads adapters.
     *
     * @param weights how much of the adapter in each folder is added
     * @param arena owns what the adapters replace
     * @throws CheckpointException if one is malformed or unsupported
     */
    public static LoraAdapters read(Map<Path, Double> weights, Arena arena) throws IOException {
        List<LoraAdapter> adapters = new ArrayList<>();
        for (Map.Entry<Path, Double> adapter : weights.entrySet()) {
            adapters.add(LoraAdapter.read(adapter.getKey(), adapter.getValue(), arena));
        }
        return new LoraAdapters(adapters);
    }

    /** Whether anything is added to a matrix. */
    boolean haveFactors(String name) {
        return adapters.stream().anyMatch(adapter -> adapter.factors().containsKey(name));
    }

    /** What is added to a matrix; empty if nothing is. */
    List<LoraFactors> factors(String name, int rows, int columns) throws CheckpointException {
        List<LoraFactors> added = new ArrayList<>();
        for (LoraAdapter adapter : adapters) {
            LoraFactors factors = adapter.factors().get(name);
            if (factors == null) {
                continue;
            }
            if (factors.rows() != rows || factors.columns() != columns) {
                throw new CheckpointException(adapter.folder() + ": the update of \"" + name + "\" is " + factors.rows()
                        + " x " + factors.columns() + ", but the model has " + rows + " x " + columns);
            }
            added.add(factors);
            used.add(name);
        }
        return added;
    }

    /** What stands in for a tensor of the model, or null if nothing does. */
    @Nullable
    StoredTensor replacement(String name) throws CheckpointException {
        StoredTensor found = null;
        for (LoraAdapter adapter : adapters) {
            StoredTensor replacement = adapter.replacements().get(name);
            if (replacement != null) {
                if (found != null) {
                    throw new CheckpointException(
                            adapter.folder() + ": another adapter replaces \"" + name + "\", too");
                }
                found = replacement;
                used.add(name);
            }
        }
        return found;
    }

    /** An adapter for a module that the model does not have is for another model. */
    void requireAllUsed() throws CheckpointException {
        for (LoraAdapter adapter : adapters) {
            Set<String> names = new HashSet<>(adapter.factors().keySet());
            names.addAll(adapter.replacements().keySet());
            names.removeAll(used);
            if (!names.isEmpty()) {
                throw new CheckpointException(adapter.folder() + ": the adapter is for a model with \""
                        + names.stream().sorted().findFirst().orElseThrow() + "\", which this model does not have");
            }
        }
    }
}

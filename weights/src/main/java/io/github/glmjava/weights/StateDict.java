package io.github.glmjava.weights;

import io.github.glmjava.weights.PickleValue.Constant;
import io.github.glmjava.weights.PickleValue.Dict;
import io.github.glmjava.weights.PickleValue.Int;
import io.github.glmjava.weights.PickleValue.Real;
import io.github.glmjava.weights.PickleValue.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the tensors of a model in what a torch file contains.
 *
 * <p>That is a dict from names to tensors. Training programs write a dict of many things that has it as one: as
 * {@code module} (DeepSpeed and the original GLM releases) or as {@code state_dict} (PyTorch Lightning and PyTorch's own
 * examples). One such level is unwrapped, if there is just one of the two and no tensor beside it; what else lies there,
 * such as a step count, belongs to the training.
 *
 * <p>Within the state dict itself, numbers, strings and None beside the tensors are ignored: they are remarks of those who
 * wrote it, and hold no weights. Anything deeper might, so it is rejected rather than lost.
 */
final class StateDict {
    private static final List<String> WRAPPERS = List.of("module", "state_dict");

    private StateDict() {}

    /** The tensors by name, in the order of the dict; at least one. */
    static Map<String, TorchTensor> tensors(PickleValue root, Path path) throws CheckpointException {
        if (!(root instanceof Dict dict)) {
            throw new CheckpointException(
                    path + ": the file contains " + root.describe() + ", expected a dict of tensors by name");
        }
        Map<String, TorchTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, PickleValue> item : unwrap(dict, path).items().entrySet()) {
            String name = item.getKey();
            PickleValue value = item.getValue();
            if (value instanceof TorchTensor tensor) {
                if (name.equals(SafetensorsHeader.METADATA_KEY)) {
                    throw new CheckpointException(path + ": " + Quoted.of(name) + " cannot be the name of a tensor");
                }
                tensors.put(name, tensor);
            } else if (!isRemark(value)) {
                throw new CheckpointException(
                        path + ": " + Quoted.of(name) + " is " + value.describe() + ", expected a tensor");
            }
        }
        if (tensors.isEmpty()) {
            throw new CheckpointException(path + ": the file contains " + dict.describe() + ", but no tensors in it");
        }
        return tensors;
    }

    private static Dict unwrap(Dict outer, Path path) throws CheckpointException {
        if (outer.items().values().stream().anyMatch(value -> value instanceof TorchTensor)) {
            return outer;
        }
        Dict inner = outer;
        for (String wrapper : WRAPPERS) {
            if (outer.get(wrapper) instanceof Dict candidate) {
                if (inner != outer) {
                    throw new CheckpointException(
                            path + ": the file contains both " + String.join(" and ", WRAPPERS) + ", expected one");
                }
                inner = candidate;
            }
        }
        return inner;
    }

    private static boolean isRemark(PickleValue value) {
        return value instanceof Constant || value instanceof Int || value instanceof Real || value instanceof Text;
    }
}

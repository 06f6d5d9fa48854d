package io.github.glmjava.weights;

import io.github.glmjava.weights.PickleValue.Constant;
import io.github.glmjava.weights.PickleValue.Dict;
import io.github.glmjava.weights.PickleValue.Int;
import io.github.glmjava.weights.PickleValue.Text;
import io.github.glmjava.weights.PickleValue.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the values of a torch file that are not plain Python: storages, tensors, OrderedDicts. Arguments are those of
 * PyTorch's own functions ({@code torch/_utils.py}; for storages {@code persistent_id} in {@code torch/serialization.py}).
 */
final class TorchObjects {
    /** Each takes about 30 operations of the pickle in a real file, but few in one that means ill. */
    static final int MAX_TENSORS = Unpickler.MAX_OPERATIONS / 30;

    private int tensors;
    private final Map<String, TorchStorage> storages = new LinkedHashMap<>();

    /** All storages that were mentioned, by key. */
    Map<String, TorchStorage> storages() {
        return Collections.unmodifiableMap(storages);
    }

    /**
     * The storage of a persistent id: {@code ('storage', type, key, location, elements)}. The location, the device that
     * had it, does not matter. Files of the old format have a sixth item for views of storages, which has been None since
     * views are tensors.
     */
    TorchStorage storage(PickleValue id, PickleInput in) throws CheckpointException {
        if (!(id instanceof Tuple tuple)
                || tuple.items().isEmpty()
                || !(tuple.items().getFirst() instanceof Text kind)
                || !kind.value().equals("storage")) {
            throw in.fault("has " + id.describe() + " as a persistent id, expected a tuple that begins with 'storage'");
        }
        List<PickleValue> items = tuple.items();
        if (items.size() != 5 && items.size() != 6) {
            throw in.fault("has a storage with " + items.size() + " items, expected 5 or 6");
        }
        if (!(items.get(1) instanceof TorchGlobal type)) {
            throw unfit("type of a storage", items.get(1), "a type such as torch.HalfStorage", in);
        }
        DType dtype = type.elements();
        if (dtype == null) {
            throw unfit("type of a storage", type, "a type such as torch.HalfStorage", in);
        }
        if (!(items.get(2) instanceof Text key)) {
            throw unfit("key of a storage", items.get(2), "a string", in);
        }
        long elements = count("number of elements of storage " + Quoted.of(key.value()), items.get(4), in);
        if (items.size() == 6 && items.get(5) != Constant.NONE) {
            throw in.fault("has storage " + Quoted.of(key.value())
                    + " as a view of another one, which is not supported; save the file with a newer PyTorch");
        }
        TorchStorage storage = new TorchStorage(key.value(), dtype, elements);
        TorchStorage known = storages.putIfAbsent(storage.key(), storage);
        if (known != null && (known.dtype() != dtype || known.elements() != elements)) {
            throw in.fault("has storage " + Quoted.of(storage.key()) + " once as " + known.elements() + " elements of "
                    + known.dtype() + " and once as " + elements + " of " + dtype);
        }
        return known == null ? storage : known;
    }

    /** What a global returns for these arguments. */
    PickleValue call(TorchGlobal callee, List<PickleValue> arguments, PickleInput in) throws CheckpointException {
        return switch (callee) {
            case ORDERED_DICT -> {
                requireCount(callee, arguments, 0, 0, in);
                yield new Dict();
            }
            case REBUILD_TENSOR -> tensor(arguments, in);
            case REBUILD_PARAMETER -> parameter(arguments, in);
            default -> throw in.fault("calls " + callee.describe() + ", which is a type of storages");
        };
    }

    /**
     * {@code _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata=None)}.
     * Gradients do not matter here. Metadata does: it says whether the elements are yet to be negated or conjugated.
     */
    private TorchTensor tensor(List<PickleValue> arguments, PickleInput in) throws CheckpointException {
        if (tensors == MAX_TENSORS) {
            throw in.fault("has more than " + MAX_TENSORS + " tensors");
        }
        tensors++;
        requireCount(TorchGlobal.REBUILD_TENSOR, arguments, 6, 7, in);
        if (!(arguments.get(0) instanceof TorchStorage storage)) {
            throw unfit("storage of a tensor", arguments.get(0), "a storage", in);
        }
        if (arguments.size() == 7
                && arguments.get(6) != Constant.NONE
                && !(arguments.get(6) instanceof Dict metadata
                        && metadata.items().isEmpty())) {
            throw unfit(
                    "metadata of a tensor", arguments.get(6), "none; tensors with pending operations have some", in);
        }
        long offset = count("storage offset of a tensor", arguments.get(1), in);
        List<Long> size = counts("size of a tensor", arguments.get(2), in);
        List<Long> stride = counts("stride of a tensor", arguments.get(3), in);
        if (size.size() != stride.size()) {
            throw in.fault("has a tensor of size " + size + " with stride " + stride + ", expected as many numbers");
        }
        StridedLayout layout = new StridedLayout(offset, size, stride);
        if (!layout.fits(storage.elements(), storage.dtype())) {
            throw in.fault("has a tensor of " + layout + ", beyond the " + storage.elements() + " elements of storage "
                    + Quoted.of(storage.key()));
        }
        return new TorchTensor(storage, layout);
    }

    /** {@code _rebuild_parameter(data, requires_grad, backward_hooks)}. */
    private static TorchTensor parameter(List<PickleValue> arguments, PickleInput in) throws CheckpointException {
        requireCount(TorchGlobal.REBUILD_PARAMETER, arguments, 3, 3, in);
        if (!(arguments.get(0) instanceof TorchTensor tensor)) {
            throw unfit("data of a parameter", arguments.get(0), "a tensor", in);
        }
        return tensor;
    }

    private static List<Long> counts(String what, PickleValue value, PickleInput in) throws CheckpointException {
        if (!(value instanceof Tuple tuple)) {
            throw unfit(what, value, "a tuple", in);
        }
        if (tuple.items().size() > StridedLayout.MAX_RANK) {
            throw unfit(what, value, "at most " + StridedLayout.MAX_RANK + " numbers", in);
        }
        List<Long> counts = new ArrayList<>();
        for (PickleValue item : tuple.items()) {
            counts.add(count(what, item, in));
        }
        return List.copyOf(counts);
    }

    private static long count(String what, PickleValue value, PickleInput in) throws CheckpointException {
        if (!(value instanceof Int count) || count.value() < 0) {
            throw unfit(what, value, "an integer from 0 to " + Long.MAX_VALUE, in);
        }
        return count.value();
    }

    private static void requireCount(
            TorchGlobal callee, List<PickleValue> arguments, int least, int most, PickleInput in)
            throws CheckpointException {
        if (arguments.size() < least || arguments.size() > most) {
            throw in.fault("calls " + callee.describe() + " with " + arguments.size() + " arguments, expected " + least
                    + (most > least ? " to " + most : ""));
        }
    }

    private static CheckpointException unfit(String what, PickleValue found, String expected, PickleInput in) {
        return in.fault("has " + found.describe() + " as the " + what + ", expected " + expected);
    }
}

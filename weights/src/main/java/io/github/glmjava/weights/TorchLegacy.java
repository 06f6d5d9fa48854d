package io.github.glmjava.weights;

import io.github.glmjava.weights.PickleValue.BigInt;
import io.github.glmjava.weights.PickleValue.Constant;
import io.github.glmjava.weights.PickleValue.Dict;
import io.github.glmjava.weights.PickleValue.Int;
import io.github.glmjava.weights.PickleValue.Sequence;
import io.github.glmjava.weights.PickleValue.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file of {@code torch.save} before PyTorch 1.6 (PyTorch, {@code _legacy_load} in {@code torch/serialization.py}), one
 * after the other:
 *
 * <pre>
 * five pickles       a magic number; the protocol, 1001; properties of the system; the object;
 *                    the keys of the storages in the order of their bytes
 * for each storage   8 bytes: the number of its elements, little-endian; and the elements
 * </pre>
 */
final class TorchLegacy {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final int PROTOCOL = 1001;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final Path path;
    private final TorchObjects objects = new TorchObjects();
    private long position;

    private TorchLegacy(MemorySegment file, Path path) {
        this.file = file;
        this.path = path;
    }

    /**
     * @param file all bytes of the file
     * @param tensors makes the tensors
     */
    static FileContents view(MemorySegment file, Path path, TorchTensors tensors) throws CheckpointException {
        return new TorchLegacy(file, path).contents(tensors);
    }

    private FileContents contents(TorchTensors tensors) throws CheckpointException {
        if (!(unpickle("magic number") instanceof BigInt magic)
                || !magic.value().equals(MAGIC)) {
            throw fault("the magic number of torch.save is missing; this is a pickle of something else");
        }
        PickleValue protocol = unpickle("protocol");
        if (!(protocol instanceof Int number) || number.value() != PROTOCOL) {
            throw fault("the protocol is " + protocol.describe() + ", expected " + PROTOCOL);
        }
        PickleValue system = unpickle("system information");
        if (!(system instanceof Dict properties) || properties.get("little_endian") != Constant.TRUE) {
            throw fault("the system information does not say little_endian, so the weights are big-endian");
        }
        Map<String, TorchTensor> byName = StateDict.tensors(unpickle("object"), path);
        Map<String, MemorySegment> storages = storages(unpickle("list of storages"));
        Map<String, StoredTensor> stored = new LinkedHashMap<>();
        for (Map.Entry<String, TorchTensor> item : byName.entrySet()) {
            String key = item.getValue().storage().key();
            MemorySegment storage = storages.get(key);
            if (storage == null) {
                throw fault("the storage " + Quoted.of(key) + " of tensor " + Quoted.of(item.getKey())
                        + " is not in the list of storages");
            }
            stored.put(item.getKey(), tensors.store(item.getKey(), item.getValue(), storage));
        }
        return new FileContents(stored, Map.of());
    }

    private PickleValue unpickle(String what) throws CheckpointException {
        PickleInput in =
                new PickleInput(file.asSlice(position), path, "the pickle of the " + what + " from byte " + position);
        PickleValue value = Unpickler.load(in, objects);
        position += in.position();
        return value;
    }

    private Map<String, MemorySegment> storages(PickleValue keys) throws CheckpointException {
        if (!(keys instanceof Sequence list)) {
            throw fault("the list of storages is " + keys.describe());
        }
        Map<String, MemorySegment> storages = new LinkedHashMap<>();
        for (PickleValue item : list.items()) {
            if (!(item instanceof Text key)) {
                throw fault("the list of storages has " + item.describe() + ", expected a string");
            }
            TorchStorage storage = objects.storages().get(key.value());
            if (storage == null) {
                throw fault("the storage " + Quoted.of(key.value()) + " is in the list of storages, but not in the"
                        + " object, so its type is not known");
            }
            if (storages.put(key.value(), next(storage)) != null) {
                throw fault("the storage " + Quoted.of(key.value()) + " is in the list of storages twice");
            }
        }
        if (position != file.byteSize()) {
            throw fault("the file has " + (file.byteSize() - position) + " bytes after its last storage");
        }
        return storages;
    }

    private MemorySegment next(TorchStorage storage) throws CheckpointException {
        String name = "the storage " + Quoted.of(storage.key());
        if (file.byteSize() - position < Long.BYTES) {
            throw fault(name + " is missing at the end; the file is truncated");
        }
        long elements = file.get(LONG, position);
        position += Long.BYTES;
        if (elements != storage.elements()) {
            throw fault(name + " has " + elements + " elements, but the object says " + storage.elements());
        }
        long left = file.byteSize() - position;
        // Not a product, which might overflow.
        if (elements > left / storage.dtype().bytes()) {
            throw fault(name + " has " + elements + " elements of " + storage.dtype() + ", but the file has only "
                    + left + " bytes left; it is truncated");
        }
        MemorySegment bytes = file.asSlice(position, elements * storage.dtype().bytes());
        position += bytes.byteSize();
        return bytes;
    }

    private CheckpointException fault(String problem) {
        return new CheckpointException(path + ": " + problem);
    }
}

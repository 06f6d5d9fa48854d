package io.github.glmjava.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file of {@code torch.save} since PyTorch 1.6: a zip archive with the entries {@code NAME/data.pkl}, the pickle;
 * {@code NAME/data/KEY}, the bytes of each storage; {@code NAME/version}; and, in newer files, {@code NAME/byteorder}, where
 * {@code NAME} is the same for all (PyTorch, {@code caffe2/serialize/inline_container.h}, {@code torch/serialization.py}).
 */
final class TorchZip {
    /** {@code kMinSupportedFileFormatVersion} and {@code kMaxSupportedFileFormatVersion}. */
    private static final int MIN_VERSION = 1;

    private static final int MAX_VERSION = 10;

    private final Map<String, MemorySegment> entries;
    private final Path path;
    /** {@code NAME/}. */
    private final String folder;

    private TorchZip(Map<String, MemorySegment> entries, Path path) {
        this.entries = entries;
        this.path = path;
        String first = entries.isEmpty() ? "" : entries.keySet().iterator().next();
        this.folder = first.substring(0, first.indexOf('/') + 1);
    }

    /**
     * @param file all bytes of the file
     * @param tensors makes the tensors
     */
    static FileContents view(MemorySegment file, Path path, TorchTensors tensors) throws CheckpointException {
        return new TorchZip(ZipDirectory.read(file, path), path).contents(tensors);
    }

    private FileContents contents(TorchTensors tensors) throws CheckpointException {
        String pickle = folder + "data.pkl";
        PickleInput in = new PickleInput(entry(pickle), path, "the pickle " + Quoted.of(pickle));
        checkVersion();
        checkByteOrder();
        PickleValue root = Unpickler.load(in, new TorchObjects());
        if (in.position() != entry(pickle).byteSize()) {
            throw in.fault("goes on after its end");
        }
        Map<String, StoredTensor> stored = new LinkedHashMap<>();
        for (Map.Entry<String, TorchTensor> item : StateDict.tensors(root, path).entrySet()) {
            String name = item.getKey();
            TorchTensor tensor = item.getValue();
            stored.put(name, tensors.store(name, tensor, bytes(tensor.storage())));
        }
        return new FileContents(stored, Map.of());
    }

    private MemorySegment bytes(TorchStorage storage) throws CheckpointException {
        String name = folder + "data/" + storage.key();
        MemorySegment bytes = entry(name);
        // Not a product, which might overflow. A storage may end in a part of an element.
        if (bytes.byteSize() / storage.dtype().bytes() != storage.elements()) {
            throw new CheckpointException(path + ": the storage " + Quoted.of(name) + " has " + bytes.byteSize()
                    + " bytes, but the pickle says it has " + storage.elements() + " elements of " + storage.dtype());
        }
        return bytes;
    }

    private void checkVersion() throws CheckpointException {
        String version = line(folder + "version");
        if (!version.matches("[0-9]{1,9}")
                || Integer.parseInt(version) < MIN_VERSION
                || Integer.parseInt(version) > MAX_VERSION) {
            throw new CheckpointException(
                    path + ": version is " + Quoted.of(version) + ", expected " + MIN_VERSION + " to " + MAX_VERSION);
        }
    }

    private void checkByteOrder() throws CheckpointException {
        String name = folder + "byteorder";
        if (entries.containsKey(name) && !line(name).equals("little")) {
            throw new CheckpointException(path + ": byteorder is " + Quoted.of(line(name))
                    + ", expected 'little'; save the file again on an" + " ordinary machine");
        }
    }

    /** The beginning of a short text. */
    private String line(String name) throws CheckpointException {
        MemorySegment bytes = entry(name);
        byte[] beginning = bytes.asSlice(0, Math.min(bytes.byteSize(), 100)).toArray(ValueLayout.JAVA_BYTE);
        return new String(beginning, StandardCharsets.US_ASCII).strip();
    }

    private MemorySegment entry(String name) throws CheckpointException {
        MemorySegment content = entries.get(name);
        if (content == null) {
            throw new CheckpointException(
                    path + ": the zip archive has no entry " + Quoted.of(name) + " among its " + entries.size());
        }
        return content;
    }
}

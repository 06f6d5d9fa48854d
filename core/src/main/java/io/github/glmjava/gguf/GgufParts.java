package io.github.glmjava.gguf;

import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Takes tensors apart that hold several published ones, one after the other. */
final class GgufParts {
    private GgufParts() {}

    /**
     * The matrices of a tensor of three dimensions, the outermost of which counts them.
     *
     * @param name of each, with a star for its number
     */
    static List<StoredTensor> each(StoredTensor tensor, String name) throws CheckpointException {
        if (tensor.shape().size() != 3) {
            throw wrongShape(tensor, "[number, rows, columns]");
        }
        List<Long> shape = tensor.shape().subList(1, 3);
        long size = tensor.dtype().byteSize(shape);
        List<StoredTensor> parts = new ArrayList<>();
        for (long i = 0; i < tensor.shape().getFirst(); i++) {
            parts.add(part(tensor, name.replace("*", Long.toString(i)), shape, i * size));
        }
        return parts;
    }

    /** Some rows of a matrix, or elements of a vector, for each of the names. */
    static List<StoredTensor> rows(StoredTensor tensor, List<String> names, List<Long> rows)
            throws CheckpointException {
        long all = rows.stream().flatMapToLong(LongStream::of).sum();
        if (tensor.shape().getFirst() != all || rows.contains(0L)) {
            throw wrongShape(tensor, all + " rows");
        }
        List<StoredTensor> parts = new ArrayList<>();
        long offset = 0;
        for (int i = 0; i < rows.size(); i++) {
            List<Long> shape = new ArrayList<>(tensor.shape());
            shape.set(0, rows.get(i));
            if (tensor.dtype().isBlocked() && shape.size() == 1) {
                throw wrongShape(tensor, "a matrix, as it comes in blocks");
            }
            parts.add(part(tensor, names.get(i), shape, offset));
            offset += parts.getLast().data().byteSize();
        }
        return parts;
    }

    private static StoredTensor part(StoredTensor tensor, String name, List<Long> shape, long offset) {
        long size = tensor.dtype().byteSize(shape);
        return new StoredTensor(name, tensor.dtype(), shape, tensor.data().asSlice(offset, size), tensor.file());
    }

    private static CheckpointException wrongShape(StoredTensor tensor, String expected) {
        return new CheckpointException(tensor.file() + ": tensor \"" + tensor.name() + "\" has shape " + tensor.shape()
                + ", expected " + expected);
    }
}

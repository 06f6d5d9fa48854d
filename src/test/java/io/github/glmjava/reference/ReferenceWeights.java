package io.github.glmjava.reference;

import io.github.glmjava.weights.DType;
import io.github.glmjava.weights.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import org.ojalgo.matrix.MatrixR064;

/** A checkpoint's tensors by name, widened to double without loss. */
public final class ReferenceWeights {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Map<String, StoredTensor> tensors;

    /** @param tensors by name; their memory must stay alive while this object is asked */
    public ReferenceWeights(Map<String, StoredTensor> tensors) {
        this.tensors = Map.copyOf(tensors);
    }

    /** The named tensor of two dimensions. */
    public MatrixR064 matrix(String name) {
        StoredTensor tensor = tensor(name, 2);
        int columns = Math.toIntExact(tensor.shape().get(1));
        return Matrices.of(
                Math.toIntExact(tensor.shape().get(0)),
                columns,
                (row, column) -> element(tensor, (long) row * columns + column));
    }

    /** The named tensor of one dimension. */
    public double[] vector(String name) {
        StoredTensor tensor = tensor(name, 1);
        double[] vector = new double[Math.toIntExact(tensor.elements())];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = element(tensor, i);
        }
        return vector;
    }

    /** The linear map of {@code <module>.weight} and, if it has one, {@code <module>.bias}. */
    public Linear linear(String module, boolean hasBias) {
        MatrixR064 weight = matrix(module + ".weight");
        return new Linear(weight, hasBias ? vector(module + ".bias") : new double[weight.getRowDim()]);
    }

    private StoredTensor tensor(String name, int dimensions) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + name + " among " + tensors.keySet());
        }
        if (tensor.shape().size() != dimensions) {
            throw new IllegalArgumentException(
                    name + " has shape " + tensor.shape() + ", expected " + dimensions + " dimensions");
        }
        return tensor;
    }

    /** Every F16 and BF16 value is also a float; BF16 is the upper half of a float's bits. */
    private static double element(StoredTensor tensor, long index) {
        MemorySegment data = tensor.data();
        DType dtype = tensor.dtype();
        return switch (dtype) {
            case F32 -> data.get(FLOAT, index * Float.BYTES);
            case F16 -> Float.float16ToFloat(data.get(SHORT, index * Short.BYTES));
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, index * Short.BYTES) << 16);
            default -> throw new IllegalArgumentException(tensor.name() + " is stored as " + dtype);
        };
    }
}

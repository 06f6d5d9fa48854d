package io.github.glmjava.family;

import io.github.glmjava.layer.GlmConfig;
import io.github.glmjava.layer.LatentConfig;
import io.github.glmjava.tensor.RowSource;
import io.github.glmjava.weights.Checkpoint;
import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.StoredTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The projection from the latent as it is published, {@code [keys, values]} of one head after the other, made of its parts. One
 * head's keys at a time are held. For use by one thread.
 */
final class JoinedLatent implements RowSource {
    private final String name;
    private final List<StoredTensor> keys;
    private final List<StoredTensor> values;
    private final int rank;
    private final int plainSize;
    private final int valueSize;

    /** {@code rank x plainSize} of the head of the last row that was read. */
    private final float[] held;

    private int heldHead = -1;

    private JoinedLatent(String name, List<StoredTensor> keys, List<StoredTensor> values, LatentConfig latent) {
        this.name = name;
        this.keys = keys;
        this.values = values;
        rank = latent.rank();
        plainSize = latent.plainSize();
        valueSize = latent.valueSize();
        held = new float[Math.multiplyExact(rank, plainSize)];
    }

    /** The projections of all layers that are stored in parts; mostly none. */
    static List<JoinedLatent> find(Checkpoint checkpoint, GlmConfig config, TensorNames names)
            throws CheckpointException {
        List<JoinedLatent> found = new ArrayList<>();
        LatentConfig latent = config.attention().latent();
        for (int layer = 0; latent != null && layer < config.layers(); layer++) {
            if (checkpoint.find(names.of(TensorRole.KEY_TO_LATENT, layer, 0)) != null) {
                List<StoredTensor> keys = new ArrayList<>();
                List<StoredTensor> values = new ArrayList<>();
                for (int head = 0; head < config.attention().heads(); head++) {
                    keys.add(part(
                            checkpoint,
                            names.of(TensorRole.KEY_TO_LATENT, layer, head),
                            latent.rank(),
                            latent.plainSize()));
                    values.add(part(
                            checkpoint,
                            names.of(TensorRole.LATENT_TO_VALUE, layer, head),
                            latent.valueSize(),
                            latent.rank()));
                }
                found.add(new JoinedLatent(names.of(TensorRole.LATENT_UP, layer), keys, values, latent));
            }
        }
        return found;
    }

    private static StoredTensor part(Checkpoint checkpoint, String name, int rows, int columns)
            throws CheckpointException {
        StoredTensor tensor = checkpoint.tensor(name);
        if (!tensor.shape().equals(List.of((long) rows, (long) columns))) {
            throw new CheckpointException(tensor.file() + ": tensor \"" + name + "\" has shape " + tensor.shape()
                    + ", expected [" + rows + ", " + columns + "]");
        }
        return tensor;
    }

    /** What the whole is called. */
    String name() {
        return name;
    }

    /** Where it comes from, for the type and for messages. */
    StoredTensor first() {
        return keys.getFirst();
    }

    /** Whether it is made of this tensor. */
    boolean uses(StoredTensor tensor) {
        return keys.contains(tensor) || values.contains(tensor);
    }

    @Override
    public int rows() {
        return keys.size() * (plainSize + valueSize);
    }

    @Override
    public int columns() {
        return rank;
    }

    @Override
    public void readRow(int row, float[] target, int offset) {
        int head = row / (plainSize + valueSize);
        int inHead = row % (plainSize + valueSize);
        if (inHead >= plainSize) {
            values.get(head).readFloats((long) (inHead - plainSize) * rank, rank, target, offset);
            return;
        }
        if (head != heldHead) {
            keys.get(head).readFloats(0, held.length, held, 0);
            heldHead = head;
        }
        for (int i = 0; i < rank; i++) {
            target[offset + i] = held[i * plainSize + inHead];
        }
    }
}

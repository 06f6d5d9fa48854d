package io.github.glmjava.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Passes on exactly as many bytes as were announced for a tensor; a file with any other number would be broken. */
final class SizedChannel implements WritableByteChannel {
    private final WritableByteChannel out;
    private final TensorSource tensor;
    private long missing;

    SizedChannel(WritableByteChannel out, TensorSource tensor) {
        this.out = out;
        this.tensor = tensor;
        this.missing = tensor.byteSize();
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        if (count > missing) {
            throw new IllegalStateException("the content of tensor " + Quoted.of(tensor.name()) + " has more than "
                    + tensor.byteSize() + " bytes");
        }
        while (bytes.hasRemaining()) {
            missing -= out.write(bytes);
        }
        return count;
    }

    /** @throws IllegalStateException if bytes are missing */
    void finish() {
        if (missing > 0) {
            throw new IllegalStateException("the content of tensor " + Quoted.of(tensor.name()) + " ended " + missing
                    + " bytes before the " + tensor.byteSize() + " of its shape");
        }
    }

    @Override
    public boolean isOpen() {
        return out.isOpen();
    }

    /** Does nothing: the file is not at its end. */
    @Override
    public void close() {}
}

package io.github.glmjava.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/**
 * Writes safetensors files.
 *
 * <p>The header is padded with spaces so that the tensors' bytes begin at a multiple of {@value #DATA_ALIGNMENT}, the size
 * of a cache line and of the widest vectors. The format allows no gap between tensors, so the later ones are aligned as
 * well only as far as the sizes before them are.
 */
public final class SafetensorsWriter {
    private static final int DATA_ALIGNMENT = 64;

    private SafetensorsWriter() {}

    /**
     * Writes a file. It appears under its name, replacing a file of that name, when it is complete; on failure nothing
     * changes.
     *
     * @param tensors are written in this order, one at a time
     * @param metadata the content of {@code __metadata__}; may be empty
     * @throws IOException if the file cannot be written or a tensor's content cannot be read
     * @throws IllegalArgumentException if two tensors have the same name, if metadata is not Unicode text, or if the header
     *     exceeds the 100,000,000 bytes that the format allows
     * @throws IllegalStateException if a tensor's content is longer or shorter than its shape
     */
    public static void write(Path file, List<TensorSource> tensors, Map<String, String> metadata) throws IOException {
        ByteBuffer header = header(tensors, metadata);
        AtomicFile.write(file, out -> {
            writeAll(header, out);
            for (TensorSource tensor : tensors) {
                SizedChannel sized = new SizedChannel(out, tensor);
                tensor.content().writeTo(sized);
                sized.finish();
            }
        });
    }

    /** The length, the JSON and the padding. */
    private static ByteBuffer header(List<TensorSource> tensors, Map<String, String> metadata) {
        byte[] json = headerJson(tensors, metadata);
        int unpadded = SafetensorsHeader.LENGTH_BYTES + json.length;
        int padded = Math.ceilDiv(unpadded, DATA_ALIGNMENT) * DATA_ALIGNMENT;
        if (padded - SafetensorsHeader.LENGTH_BYTES > SafetensorsHeader.MAX_LENGTH) {
            throw new IllegalArgumentException("the header of " + tensors.size() + " tensors has "
                    + (padded - SafetensorsHeader.LENGTH_BYTES) + " bytes, more than the "
                    + SafetensorsHeader.MAX_LENGTH + " that the format allows");
        }
        ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded - SafetensorsHeader.LENGTH_BYTES).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static byte[] headerJson(List<TensorSource> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = StrictJson.generator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeName(SafetensorsHeader.METADATA_KEY);
                writeMetadata(json, metadata);
            }
            Set<String> names = new HashSet<>();
            long begin = 0;
            for (TensorSource tensor : tensors) {
                if (!names.add(tensor.name())) {
                    throw new IllegalArgumentException("two tensors have the name " + Quoted.of(tensor.name()));
                }
                long end = end(begin, tensor);
                writeEntry(json, tensor, begin, end);
                begin = end;
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void writeMetadata(JsonGenerator json, Map<String, String> metadata) {
        json.writeStartObject();
        metadata.forEach((key, value) -> {
            if (!StrictJson.isWellFormed(key) || !StrictJson.isWellFormed(value)) {
                throw new IllegalArgumentException("metadata " + Quoted.of(key) + " is not Unicode text");
            }
            json.writeStringProperty(key, value);
        });
        json.writeEndObject();
    }

    private static void writeEntry(JsonGenerator json, TensorSource tensor, long begin, long end) {
        json.writeName(tensor.name());
        json.writeStartObject();
        json.writeStringProperty("dtype", tensor.dtype().name());
        json.writeName("shape");
        json.writeStartArray();
        for (long dimension : tensor.shape()) {
            json.writeNumber(dimension);
        }
        json.writeEndArray();
        json.writeName("data_offsets");
        json.writeStartArray();
        json.writeNumber(begin);
        json.writeNumber(end);
        json.writeEndArray();
        json.writeEndObject();
    }

    private static long end(long begin, TensorSource tensor) {
        try {
            return Math.addExact(begin, tensor.byteSize());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("the tensors together are too large for a file", e);
        }
    }

    static void writeAll(ByteBuffer bytes, FileChannel out) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}

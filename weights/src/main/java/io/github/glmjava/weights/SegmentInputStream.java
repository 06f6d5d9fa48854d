package io.github.glmjava.weights;

import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** A segment as a stream, so that a parser needs no copy of it. */
final class SegmentInputStream extends InputStream {
    private final MemorySegment segment;
    private long position;

    SegmentInputStream(MemorySegment segment) {
        this.segment = segment;
    }

    @Override
    public int read() {
        return position == segment.byteSize() ? -1 : Byte.toUnsignedInt(segment.get(ValueLayout.JAVA_BYTE, position++));
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        int count = (int) Math.min(length, segment.byteSize() - position);
        if (count == 0 && length > 0) {
            return -1;
        }
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, position, buffer, offset, count);
        position += count;
        return count;
    }
}

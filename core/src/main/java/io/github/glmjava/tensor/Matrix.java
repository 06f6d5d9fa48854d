package io.github.glmjava.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix of {@code rows} output features by {@code columns} input features, used where it lies: nothing is
 * copied at construction. Immutable and safe for use by many threads.
 *
 * <p>The promise of every implementation: the product of one row with one token's activations has the same bits however
 * many tokens are multiplied at once and however the rows are split among threads. Each format therefore fixes one order
 * of accumulation and keeps to it whether it multiplies a single token (bound by memory: each weight is read once) or
 * many (bound by arithmetic: weights are unpacked once and reused).
 */
public abstract class Matrix implements RowSource {
    private final MatrixFormat format;
    private final MemorySegment data;
    private final int rows;
    private final int columns;

    /**
     * @param format the storage format
     * @param data exactly {@code format.bytes(rows, columns)} bytes; need not be aligned
     * @param rows the number of output features, at least 1
     * @param columns the number of input features, at least 1
     */
    protected Matrix(MatrixFormat format, MemorySegment data, int rows, int columns) {
        long expected = rows < 1 || columns < 1 ? -1 : format.bytes(rows, columns);
        if (data.byteSize() != expected) {
            throw new IllegalArgumentException("a " + rows + " x " + columns + " " + format + " matrix takes "
                    + expected + " bytes, found " + data.byteSize());
        }
        this.format = format;
        this.data = data;
        this.rows = rows;
        this.columns = columns;
    }

    /** The storage format. */
    public final MatrixFormat format() {
        return format;
    }

    /** The number of output features. */
    @Override
    public final int rows() {
        return rows;
    }

    /** The number of input features. */
    @Override
    public final int columns() {
        return columns;
    }

    /** How many numbers it holds, which are the multiply-adds of one token. */
    public final long elements() {
        return (long) rows * columns;
    }

    /** The stored bytes. */
    protected final MemorySegment data() {
        return data;
    }

    /** Where the stored bytes begin in what vector kernels read: in {@link AllMemory} where that is enabled. */
    final long start() {
        return AllMemory.ENABLED ? data.address() : 0;
    }

    /**
     * Reads one row as floats, exactly: how an embedding is looked up.
     *
     * @param row 0 to {@code rows - 1}
     * @param target receives {@code columns} floats
     * @param offset where in the target
     */
    @Override
    public abstract void readRow(int row, float[] target, int offset);

    /**
     * Brings activations into the order in which this format's kernels walk a row.
     *
     * @param input {@code tokens x columns}, row-major
     * @param tokens how many
     * @param arranged receives them
     */
    final void arrange(float[] input, int tokens, Activations arranged) {
        reserve(tokens, arranged);
        arrange(input, tokens, arranged, 0, tokens);
    }

    /** Makes room for the activations of so many tokens. */
    abstract void reserve(int tokens, Activations arranged);

    /** Arranges those of the tokens {@code from <= token < to}; several threads may each do some. */
    abstract void arrange(float[] input, int tokens, Activations arranged, int from, int to);

    /** In multiples of how many rows a product with so many tokens is best handed out. */
    abstract int rowGrain(int tokens);

    /**
     * Multiplies some rows: {@code output[offset + token * stride + row] = dot(this[row], arranged[token])} for
     * {@code from <= row < to}.
     *
     * @param arranged activations from {@link #arrange}
     * @param tokens at least 1
     * @param output receives {@code to - from} products of each token
     * @param offset where the first token's product of row 0 goes or would go
     * @param stride how much further those of the next go
     * @param scratch space that no other worker uses
     * @param from a multiple of {@link #rowGrain}
     */
    abstract void multiply(
            Activations arranged,
            int tokens,
            float[] output,
            int offset,
            int stride,
            WorkerScratch scratch,
            int from,
            int to);
}

package io.github.glmjava.bench;

import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Encoding one long text into a buffer that is used again, one thread: {@code bytes} are those of the text's UTF-8 per second. Give
 * both files by {@code -p tokenizer=FILE -p text=FILE}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class TokenizerBenchmark {
    /** {@code tokenizer.model} or {@code tokenizer.json}. */
    @Param("")
    public String tokenizer = "";

    /** A text file. */
    @Param("")
    public String text = "";

    private @Nullable Tokenizer loaded;
    private String content = "";
    private long size;
    private final TokenBuffer buffer = new TokenBuffer();

    /** Bytes that were encoded. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counters {
        /** Of the text's UTF-8. */
        public long bytes;
    }

    /** Reads both files. */
    @Setup
    public void load() throws IOException {
        loaded = TokenizerFiles.load(Path.of(tokenizer));
        content = Files.readString(Path.of(text));
        size = content.getBytes(StandardCharsets.UTF_8).length;
    }

    /** One encoding of the text. */
    @Benchmark
    public int encode(Counters counters) {
        buffer.clear();
        Objects.requireNonNull(loaded).encode(content, buffer);
        counters.bytes += size;
        return buffer.size();
    }
}

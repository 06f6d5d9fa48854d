package io.github.glmjava.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes small files of ranks. */
public final class TinyRanks {
    private final StringBuilder lines = new StringBuilder();
    private int rank;

    private TinyRanks() {}

    /** The 256 single bytes as 0 to 255, then the given tokens. */
    public static TinyRanks of(String... tokens) {
        TinyRanks ranks = new TinyRanks();
        for (int value = 0; value < 256; value++) {
            ranks.add((byte) value);
        }
        for (String token : tokens) {
            ranks.add(token.getBytes(StandardCharsets.UTF_8));
        }
        return ranks;
    }

    private void add(byte... token) {
        line(Base64.getEncoder().encodeToString(token) + " " + rank++);
    }

    TinyRanks line(String line) {
        lines.append(line).append('\n');
        return this;
    }

    byte[] toBytes() {
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    public TiktokenTokenizer load() {
        try {
            return TiktokenTokenizer.parse(toBytes(), "tiny.ranks");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

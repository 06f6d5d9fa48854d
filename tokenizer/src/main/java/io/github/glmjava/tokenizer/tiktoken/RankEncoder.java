package io.github.glmjava.tokenizer.tiktoken;

import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.bpe.ByteMerger;
import io.github.glmjava.tokenizer.bpe.ByteMergers;
import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.ChainsOnDemand;
import io.github.glmjava.tokenizer.bpe.Merges;
import io.github.glmjava.tokenizer.bpe.PairTable;
import io.github.glmjava.tokenizer.bpe.TokenChains;
import io.github.glmjava.tokenizer.bpe.Utf8Cursor;
import java.util.stream.IntStream;

/**
 * Encodes a text: each split that is a token is taken at once, in every other the bytes are merged, lowest rank first
 * ({@code byte_pair_merge} of tiktoken). Immutable and safe for use by many threads.
 */
public final class RankEncoder {
    private final ByteStrings tokens;
    private final ByteMergers mergers;

    /** @param tokens numbered by rank, each single byte among them */
    public RankEncoder(ByteStrings tokens) {
        this.tokens = tokens;
        PairTable pairs = new PairTable();
        int[] singleBytes = new int[256];
        for (int value = 0; value < 256; value++) {
            singleBytes[value] = tokens.indexOf(new byte[] {(byte) value}, 0, 1);
        }
        for (int id = 0; id < tokens.size(); id++) {
            int length = tokens.length(id);
            if (length < 2) {
                continue;
            }
            ByteStrings.Parts parts = tokens.parts(id);
            for (int border = 1; border < length; border++) {
                int left = parts.indexOf(0, border);
                int right = left < 0 ? -1 : parts.indexOf(border, length);
                if (right >= 0) {
                    pairs.put(left, right, id);
                }
            }
        }
        Merges merges = Merges.byNumber(pairs);
        ChainsOnDemand chains = new ChainsOnDemand(() -> {
            int[] ids = IntStream.range(0, tokens.size()).toArray();
            return TokenChains.ofBytes(tokens, ids, ids.length, singleBytes, merges);
        });
        mergers = new ByteMergers(tokens, null, true, singleBytes, merges, chains);
    }

    /** The ids of a text; see {@link io.github.glmjava.tokenizer.Tokenizer#encode}. */
    public void encode(String text, TokenBuffer out) {
        ByteMerger merger = mergers.take(text.length());
        for (int from = 0; from < text.length(); ) {
            int to = Glm4Splitter.endOfMatch(text, from, text.length());
            int count = merger.encode(text, from, to);
            if (out.recordsOffsets()) {
                addWithOffsets(text, from, merger, count, out);
            } else {
                for (int i = 0; i < count; i++) {
                    out.add(merger.id(i), from, to);
                }
            }
            from = to;
        }
        mergers.giveBack(merger);
    }

    private void addWithOffsets(String text, int from, ByteMerger merger, int count, TokenBuffer out) {
        Utf8Cursor cursor = new Utf8Cursor(text, from);
        for (int i = 0; i < count; i++) {
            int start = cursor.start();
            cursor.advance(tokens.length(merger.id(i)));
            out.add(merger.id(i), start, cursor.end());
        }
    }
}

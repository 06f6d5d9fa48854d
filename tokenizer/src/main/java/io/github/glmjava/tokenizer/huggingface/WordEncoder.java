package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.bpe.ByteMerger;
import io.github.glmjava.tokenizer.bpe.ByteMergers;
import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.ChainsOnDemand;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.Merges;
import io.github.glmjava.tokenizer.bpe.TokenChains;
import io.github.glmjava.tokenizer.bpe.Utf8Cursor;
import java.util.Arrays;

/**
 * Splits a text into words and merges the bytes of each. A word that is known to become one token is taken at once. Immutable and
 * safe for use by many threads.
 */
final class WordEncoder {
    private final Splitter splitter;
    private final ByteMergers mergers;

    /** Bytes of each token, by id. */
    private final int[] lengths;

    WordEncoder(TokenizerJson file) {
        splitter = file.splitter();
        Merges merges = Merges.ofList(file.merges(), file.mergeResults().toArray());
        int[] singleBytes = new int[256];
        Arrays.fill(singleBytes, -1);
        ByteStrings.Builder builder = new ByteStrings.Builder();
        IntList idsOfWords = new IntList(file.tokens().size());
        lengths = new int[file.tokens().size()];
        for (int id = 0; id < lengths.length; id++) {
            String token = file.tokens().get(id);
            byte[] bytes = token == null || !file.inVocabulary().get(id) ? null : ByteAlphabet.toBytes(token);
            if (bytes != null && bytes.length == 1) {
                singleBytes[bytes[0] & 0xFF] = id;
            }
            if (bytes != null) {
                lengths[id] = bytes.length;
                builder.add(bytes);
                idsOfWords.add(id);
            }
        }
        ByteStrings words = build(builder);
        int[] wordIds = idsOfWords.toArray();
        ChainsOnDemand chains =
                new ChainsOnDemand(() -> TokenChains.ofBytes(words, wordIds, lengths.length, singleBytes, merges));
        mergers = new ByteMergers(words, wordIds, file.takesWholeWords(), singleBytes, merges, chains);
    }

    private static ByteStrings build(ByteStrings.Builder builder) {
        try {
            return builder.build();
        } catch (ByteStrings.DuplicateException e) {
            throw new IllegalStateException("two tokens of different text with the same bytes", e);
        }
    }

    /** Lends what {@link #encode} needs. */
    ByteMergers mergers() {
        return mergers;
    }

    /**
     * Encodes {@code text[start..end)}, in which there are no added tokens.
     *
     * @param part where the text lies in the whole one
     */
    void encode(String text, int start, int end, TextPart part, ByteMerger merger, TokenBuffer out) {
        for (int from = start; from < end; ) {
            int to = splitter.endOfMatch(text, from, end);
            int count = merger.encode(text, from, to);
            if (count == 1 || !out.recordsOffsets()) {
                for (int i = 0; i < count; i++) {
                    out.add(merger.id(i), part.start(from), part.end(to));
                }
            } else {
                addWithOffsets(text, from, part, merger, count, out);
            }
            from = to;
        }
    }

    private void addWithOffsets(String text, int from, TextPart part, ByteMerger merger, int count, TokenBuffer out) {
        Utf8Cursor cursor = new Utf8Cursor(text, from);
        for (int i = 0; i < count; i++) {
            int start = cursor.start();
            cursor.advance(lengths[merger.id(i)]);
            out.add(merger.id(i), part.start(start), part.end(cursor.end()));
        }
    }
}

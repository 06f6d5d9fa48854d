package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.PairMerger;
import io.github.glmjava.tokenizer.bpe.PairTable;
import io.github.glmjava.tokenizer.bpe.Utf8Buffer;
import io.github.glmjava.tokenizer.bpe.Utf8Cursor;
import java.util.Arrays;

/**
 * Splits a text into words and merges the bytes of each. A word that is known to become one token is taken at once. Immutable and
 * safe for use by many threads.
 */
final class WordEncoder {
    private final Splitter splitter;
    private final PairTable merges;
    private final int[] mergeResults;
    private final int[] singleBytes = new int[256];
    private final ByteStrings words;
    private final int[] wordIds;

    /** Bytes of each token, by id. */
    private final int[] lengths;

    WordEncoder(TokenizerJson file) {
        splitter = file.splitter();
        merges = file.merges();
        mergeResults = file.mergeResults().toArray();
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
        ByteStrings all = build(builder);
        if (file.takesWholeWords()) {
            words = all;
            wordIds = idsOfWords.toArray();
            return;
        }
        // Not every token is what its own bytes merge to.
        ByteStrings.Builder merged = new ByteStrings.Builder();
        IntList idsOfMerged = new IntList(all.size());
        PairMerger merger = new PairMerger(merges, mergeResults);
        int[] symbols = new int[ByteStrings.MAX_LENGTH];
        for (int i = 0; i < all.size(); i++) {
            int length = all.length(i);
            for (int k = 0; k < length; k++) {
                symbols[k] = singleBytes[all.byteAt(i, k) & 0xFF];
            }
            if (merger.merge(symbols, 0, length) == 1) {
                merged.add(all.get(i));
                idsOfMerged.add(idsOfWords.get(i));
            }
        }
        words = build(merged);
        wordIds = idsOfMerged.toArray();
    }

    private static ByteStrings build(ByteStrings.Builder builder) {
        try {
            return builder.build();
        } catch (ByteStrings.DuplicateException e) {
            throw new IllegalStateException("two tokens of different text with the same bytes", e);
        }
    }

    /** Makes a worker, whose scratch arrays serve one call. */
    Work newWork() {
        return new Work();
    }

    /** Encodes texts in which there are no added tokens. */
    final class Work {
        private final PairMerger merger = new PairMerger(merges, mergeResults);
        private final Utf8Buffer buffer = new Utf8Buffer();
        private int[] symbols = new int[64];

        void encode(String text, TextPart part, TokenBuffer out) {
            for (int from = 0; from < text.length(); ) {
                int to = splitter.endOfMatch(text, from);
                encodeWord(text, from, to, part, out);
                from = to;
            }
        }

        private void encodeWord(String text, int from, int to, TextPart part, TokenBuffer out) {
            int count = buffer.encode(text, from, to);
            byte[] bytes = buffer.bytes();
            int word = words.indexOf(bytes, 0, count);
            if (word >= 0) {
                out.add(wordIds[word], part.start(from), part.end(to));
                return;
            }
            if (symbols.length < count) {
                symbols = new int[Math.max(count, symbols.length * 2)];
            }
            for (int i = 0; i < count; i++) {
                symbols[i] = singleBytes[bytes[i] & 0xFF];
            }
            int left = merger.merge(symbols, 0, count);
            if (!out.recordsOffsets()) {
                for (int i = 0; i < left; i++) {
                    out.add(symbols[i], 0, 0);
                }
                return;
            }
            Utf8Cursor cursor = new Utf8Cursor(text, from);
            for (int i = 0; i < left; i++) {
                int start = cursor.start();
                cursor.advance(lengths[symbols[i]]);
                out.add(symbols[i], part.start(start), part.end(cursor.end()));
            }
        }
    }
}

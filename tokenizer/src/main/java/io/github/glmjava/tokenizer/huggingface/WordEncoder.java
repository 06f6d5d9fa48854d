package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.bpe.ByteMerger;
import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.PairMerger;
import io.github.glmjava.tokenizer.bpe.PairTable;
import io.github.glmjava.tokenizer.bpe.TokenChains;
import io.github.glmjava.tokenizer.bpe.Utf8Cursor;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

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

    private final TokenChains chains;
    private final AtomicReference<@Nullable ByteMerger> spare = new AtomicReference<>();

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
        int[] idsOfAll = idsOfWords.toArray();
        PairMerger merger = new PairMerger(merges, mergeResults);
        chains = new TokenChains(all, idsOfAll, lengths.length, singleBytes, merges, merger);
        if (file.takesWholeWords()) {
            words = all;
            wordIds = idsOfAll;
            return;
        }
        // Not every token is what its own bytes merge to.
        ByteStrings.Builder merged = new ByteStrings.Builder();
        IntList idsOfMerged = new IntList(all.size());
        for (int i = 0; i < all.size(); i++) {
            if (chains.merges(idsOfAll[i])) {
                merged.add(all.get(i));
                idsOfMerged.add(idsOfAll[i]);
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

    /** Takes what encoding needs in scratch memory, to be given back. */
    ByteMerger take(int length) {
        ByteMerger merger = spare.getAndSet(null);
        if (merger == null) {
            merger = new ByteMerger(words, wordIds, singleBytes, new PairMerger(merges, mergeResults), chains);
        }
        merger.begin(length);
        return merger;
    }

    /** Gives back what was taken, for the next text. */
    void giveBack(ByteMerger merger) {
        if (merger.isWorthKeeping()) {
            spare.set(merger);
        }
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

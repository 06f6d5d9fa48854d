package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.PairMerger;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.stream.IntStream;

/**
 * Remembers of which two symbols each UNUSED piece was last considered to be made, to split it again in the result
 * ({@code rev_merge} of {@code bpe_model.cc}). One instance serves one text.
 */
final class UnusedSplits implements PairMerger.SplitRecord {
    private final SentencePieceModel model;
    private final int[] left;
    private final int[] right;

    UnusedSplits(SentencePieceModel model) {
        this.model = model;
        left = new int[model.size()];
        right = new int[model.size()];
        Arrays.fill(left, -1);
    }

    @Override
    public void considered(int leftSymbol, int rightSymbol, int merged) {
        if (model.type(merged) == PieceType.UNUSED) {
            left[merged] = leftSymbol;
            right[merged] = rightSymbol;
        }
    }

    /** The symbols that an UNUSED piece is split into. */
    IntStream expand(int piece) {
        IntList parts = new IntList(4);
        Deque<Integer> open = new ArrayDeque<>();
        open.push(piece);
        while (!open.isEmpty()) {
            int symbol = open.pop();
            if (symbol < model.size() && model.type(symbol) == PieceType.UNUSED && left[symbol] >= 0) {
                open.push(right[symbol]);
                open.push(left[symbol]);
            } else {
                parts.add(symbol);
            }
        }
        return Arrays.stream(parts.toArray());
    }
}

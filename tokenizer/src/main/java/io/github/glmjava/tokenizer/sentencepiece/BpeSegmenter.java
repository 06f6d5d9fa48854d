package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.ChainsOnDemand;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.Merges;
import io.github.glmjava.tokenizer.bpe.PairMerger;
import io.github.glmjava.tokenizer.bpe.PairTable;
import io.github.glmjava.tokenizer.bpe.SymbolEncoder;
import io.github.glmjava.tokenizer.bpe.TokenChains;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * BPE of SentencePiece ({@code bpe_model.cc}): the symbols are the code points of the text at first; the adjacent pair whose
 * joined text is the piece of the highest score is merged, the leftmost on ties. A USER_DEFINED piece is one symbol
 * that never merges.
 *
 * <p>The original joins strings and looks them up. Here symbols are numbers: a piece is its id; a code point that occurs inside
 * pieces but is none itself gets a number behind the ids; what cannot merge is negative, the complement of an id or of
 * {@code firstCodePoint + code point}. The text is cut where no piece spans the border, so most merges are among few symbols.
 */
final class BpeSegmenter implements Segmenter {
    private final SentencePieceModel model;
    private final PieceTrie userDefined;
    private final PairTable pairs = new PairTable();
    private final Merges merges;
    private final ChainsOnDemand chains;
    private final boolean hasUnused;

    /** Symbols from here on are code points that are not pieces: {@code innerCodePoints[symbol - model.size()]}. */
    private final int[] innerCodePoints;

    private final CodePointMap symbolOf = new CodePointMap();

    BpeSegmenter(SentencePieceModel model, PieceTrie userDefined) {
        this.model = model;
        this.userDefined = userDefined;
        this.hasUnused = model.has(PieceType.UNUSED);
        this.innerCodePoints = numberCodePoints();
        for (int id = 0; id < model.size(); id++) {
            if (merges(id)) {
                addPairs(id);
            }
        }
        this.merges = Merges.byRank(pairs, ranksByScore(model));
        this.chains = new ChainsOnDemand(() -> new TokenChains(spellings(), merges));
    }

    /** The symbols that the code points of each symbol are. */
    private int[][] spellings() {
        int[][] spellings = new int[model.size() + innerCodePoints.length][];
        for (int symbol = 0; symbol < spellings.length; symbol++) {
            if (symbol >= model.size()) {
                spellings[symbol] = new int[] {symbol};
            } else if (merges(symbol)) {
                spellings[symbol] =
                        model.text(symbol).codePoints().map(symbolOf::get).toArray();
            } else {
                spellings[symbol] = new int[0];
            }
        }
        return spellings;
    }

    /** Equal scores have equal ranks, the highest score has rank 0. */
    private static int[] ranksByScore(SentencePieceModel model) {
        // Adding 0 makes a negative zero positive: the two are equal scores but sort apart.
        float[] sorted = new float[model.size()];
        for (int id = 0; id < sorted.length; id++) {
            sorted[id] = -model.score(id) + 0f;
        }
        float[] negated = sorted.clone();
        Arrays.sort(sorted);
        int distinct = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[distinct++] = sorted[i];
            }
        }
        int[] ranks = new int[negated.length];
        for (int id = 0; id < ranks.length; id++) {
            ranks[id] = Arrays.binarySearch(sorted, 0, distinct, negated[id]);
        }
        return ranks;
    }

    private int[] numberCodePoints() {
        for (int id = 0; id < model.size(); id++) {
            if (merges(id) || model.type(id) == PieceType.USER_DEFINED) {
                String text = model.text(id);
                if (text.codePointCount(0, text.length()) == 1) {
                    symbolOf.put(text.codePointAt(0), id);
                }
            }
        }
        IntList inner = new IntList(64);
        for (int id = 0; id < model.size(); id++) {
            if (merges(id)) {
                String text = model.text(id);
                for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
                    int codePoint = text.codePointAt(i);
                    if (symbolOf.get(codePoint) < 0) {
                        symbolOf.put(codePoint, model.size() + inner.size());
                        inner.add(codePoint);
                    }
                }
            }
        }
        return inner.toArray();
    }

    /** Enters all ways in which a piece can be made of two symbols, and all borders inside it. */
    private void addPairs(int id) {
        ByteStrings pieces = model.pieces();
        int length = pieces.length(id);
        int[] codePoints = model.text(id).codePoints().toArray();
        if (codePoints.length < 2) {
            return;
        }
        ByteStrings.Parts parts = pieces.parts(id);
        int border = 0;
        for (int i = 1; i < codePoints.length; i++) {
            border += Charsmap.utf8Length(codePoints[i - 1]);
            pairs.put(symbolOf.get(codePoints[i - 1]), symbolOf.get(codePoints[i]), PairTable.CROSSED);
            int left = i == 1 ? symbolOf.get(codePoints[0]) : merging(parts.indexOf(0, border));
            int right =
                    i == codePoints.length - 1 ? symbolOf.get(codePoints[i]) : merging(parts.indexOf(border, length));
            if (left >= 0 && right >= 0) {
                pairs.put(left, right, id);
            }
        }
    }

    private int merging(int id) {
        return id >= 0 && merges(id) ? id : -1;
    }

    // A user-defined piece is found before anything merges, so no merge can lead to one.
    private boolean merges(int id) {
        return model.type(id) == PieceType.NORMAL || model.type(id) == PieceType.UNUSED;
    }

    @Override
    public Segmenter.Pass newPass() {
        return hasUnused ? (text, out) -> new Pass(new UnusedSplits(model)).segment(text, out) : new Pass(null);
    }

    private final class Pass implements Segmenter.Pass {
        private final @Nullable UnusedSplits splits;
        private final PairMerger merger;
        private final SymbolEncoder encoder = new SymbolEncoder(chains, merges);
        private int[] symbols = new int[256];

        Pass(@Nullable UnusedSplits splits) {
            this.splits = splits;
            this.merger = new PairMerger(merges, splits);
        }

        @Override
        public void segment(IntList text, PieceSink out) {
            if (symbols.length < text.size()) {
                symbols = new int[Math.max(text.size(), symbols.length * 2)];
            }
            int count = toSymbols(text, symbols);
            if (splits != null) {
                emit(0, merger.merge(symbols, 0, count), out);
                return;
            }
            for (int from = 0; from < count; ) {
                int to = endOfSegment(symbols, from, count);
                emit(from, encoder.encode(symbols, from, to - from), out);
                from = to;
            }
        }

        private void emit(int from, int count, PieceSink out) {
            for (int i = from; i < from + count; i++) {
                BpeSegmenter.this.emit(symbols[i], splits, out);
            }
        }
    }

    private int toSymbols(IntList text, int[] symbols) {
        int[] codePoints = text.elements();
        int size = text.size();
        int firstCodePoint = model.size();
        boolean frozenPieces = !userDefined.isEmpty();
        int count = 0;
        for (int i = 0; i < size; i++) {
            long match = frozenPieces ? userDefined.longestMatch(codePoints, i, size) : -1;
            if (match >= 0) {
                symbols[count++] = ~(int) match;
                i += (int) (match >>> 32) - 1;
            } else {
                int symbol = symbolOf.get(codePoints[i]);
                symbols[count++] = symbol >= 0 ? symbol : ~(firstCodePoint + codePoints[i]);
            }
        }
        return count;
    }

    private int endOfSegment(int[] symbols, int from, int count) {
        int to = from + 1;
        while (to < count && pairs.get(symbols[to - 1], symbols[to]) != PairTable.ABSENT) {
            to++;
        }
        return to;
    }

    private void emit(int symbol, @Nullable UnusedSplits splits, PieceSink out) {
        int size = model.size();
        if (symbol < 0) {
            if (~symbol < size) {
                out.known(~symbol);
            } else {
                out.unknown(~symbol - size);
            }
        } else if (symbol >= size) {
            out.unknown(innerCodePoints[symbol - size]);
        } else if (splits == null || model.type(symbol) != PieceType.UNUSED) {
            out.known(symbol);
        } else {
            IntStream parts = splits.expand(symbol);
            parts.forEach(part -> emitPart(part, out));
        }
    }

    private void emitPart(int symbol, PieceSink out) {
        if (symbol < model.size()) {
            out.known(symbol);
        } else {
            out.unknown(innerCodePoints[symbol - model.size()]);
        }
    }
}

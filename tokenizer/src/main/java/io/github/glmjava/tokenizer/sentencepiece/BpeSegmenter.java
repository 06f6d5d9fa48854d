package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.ByteStrings;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.PairMerger;
import io.github.glmjava.tokenizer.bpe.PairTable;
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
    private static final int BMP = 1 << 16;

    private final SentencePieceModel model;
    private final UserDefinedPieces userDefined;
    private final UnknownPieces unknown;
    private final PairTable pairs = new PairTable();
    private final int[] ranks;
    private final boolean hasUnused;

    /** Symbols from here on are code points that are not pieces: {@code innerCodePoints[symbol - model.size()]}. */
    private final int[] innerCodePoints;

    private final int[] symbolOfBmp = new int[BMP];
    private final PairTable symbolOfSupplementary = new PairTable();

    BpeSegmenter(SentencePieceModel model, UserDefinedPieces userDefined) {
        this.model = model;
        this.userDefined = userDefined;
        this.unknown = new UnknownPieces(model);
        this.ranks = ranksByScore(model);
        this.hasUnused = model.has(PieceType.UNUSED);
        Arrays.fill(symbolOfBmp, -1);
        this.innerCodePoints = numberCodePoints();
        for (int id = 0; id < model.size(); id++) {
            if (merges(id)) {
                addPairs(id);
            }
        }
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
                    setSymbol(text.codePointAt(0), id);
                }
            }
        }
        IntList inner = new IntList(64);
        for (int id = 0; id < model.size(); id++) {
            if (merges(id)) {
                String text = model.text(id);
                for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
                    int codePoint = text.codePointAt(i);
                    if (symbolOf(codePoint) < 0) {
                        setSymbol(codePoint, model.size() + inner.size());
                        inner.add(codePoint);
                    }
                }
            }
        }
        return inner.toArray();
    }

    private void setSymbol(int codePoint, int symbol) {
        if (codePoint < BMP) {
            symbolOfBmp[codePoint] = symbol;
        } else {
            symbolOfSupplementary.put(codePoint, 0, symbol);
        }
    }

    private int symbolOf(int codePoint) {
        return codePoint < BMP ? symbolOfBmp[codePoint] : symbolOfSupplementary.get(codePoint, 0);
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
            border += utf8Length(codePoints[i - 1]);
            pairs.put(symbolOf(codePoints[i - 1]), symbolOf(codePoints[i]), PairTable.CROSSED);
            int left = i == 1 ? symbolOf(codePoints[0]) : merging(parts.indexOf(0, border));
            int right = i == codePoints.length - 1 ? symbolOf(codePoints[i]) : merging(parts.indexOf(border, length));
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

    private static int utf8Length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < BMP ? 3 : 4;
    }

    @Override
    public void segment(IntList text, IntList out) {
        int[] symbols = new int[text.size()];
        int count = toSymbols(text, symbols);
        UnusedSplits splits = hasUnused ? new UnusedSplits(model) : null;
        PairMerger merger = new PairMerger(pairs, ranks, splits);
        UnknownPieces.Run run = unknown.newRun(out);
        int from = 0;
        while (from < count) {
            int to = splits != null ? count : endOfSegment(symbols, from, count);
            int left = merger.merge(symbols, from, to - from);
            for (int i = from; i < from + left; i++) {
                emit(symbols[i], splits, run);
            }
            from = to;
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
                int symbol = symbolOf(codePoints[i]);
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

    private void emit(int symbol, @Nullable UnusedSplits splits, UnknownPieces.Run run) {
        int size = model.size();
        if (symbol < 0) {
            if (~symbol < size) {
                run.known(~symbol);
            } else {
                run.unknown(~symbol - size);
            }
        } else if (symbol >= size) {
            run.unknown(innerCodePoints[symbol - size]);
        } else if (splits == null || model.type(symbol) != PieceType.UNUSED) {
            run.known(symbol);
        } else {
            IntStream parts = splits.expand(symbol);
            parts.forEach(part -> emitPart(part, run));
        }
    }

    private void emitPart(int symbol, UnknownPieces.Run run) {
        if (symbol < model.size()) {
            run.known(symbol);
        } else {
            run.unknown(innerCodePoints[symbol - model.size()]);
        }
    }
}

package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.PairTable;
import java.util.Arrays;

/** From code points to numbers: an array for those below 2^16, as far as it is used, and a hash table for the others. */
final class CodePointMap {
    private static final int BMP = 1 << 16;

    private int[] ofBmp = new int[0];
    private final PairTable ofSupplementary = new PairTable();

    /** Enters a number of 0 or more. */
    void put(int codePoint, int number) {
        if (codePoint >= BMP) {
            ofSupplementary.put(codePoint, 0, number);
            return;
        }
        int size = ofBmp.length;
        if (codePoint >= size) {
            ofBmp = Arrays.copyOf(ofBmp, Math.min(BMP, Math.max(2 * size, codePoint + 1)));
            Arrays.fill(ofBmp, size, ofBmp.length, -1);
        }
        ofBmp[codePoint] = number;
    }

    /** The number of a code point, or -1. */
    int get(int codePoint) {
        return codePoint < ofBmp.length ? ofBmp[codePoint] : codePoint < BMP ? -1 : ofSupplementary.get(codePoint, 0);
    }
}

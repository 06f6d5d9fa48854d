package io.github.glmjava.tokenizer.sentencepiece;

import io.github.glmjava.tokenizer.bpe.IntList;

/** A text made ready for segmentation, and where in the original each of its code points comes from. Is used again. */
final class NormalizedText {
    private final IntList codePoints = new IntList(256);
    private final IntList sources = new IntList(8);
    private boolean keepsSources;

    /** Empties it. */
    void begin(boolean withSources) {
        codePoints.truncate(0);
        sources.truncate(0);
        keepsSources = withSources;
    }

    /** Makes room for so many more code points, which {@link #addInRoom} appends. */
    void makeRoom(int count) {
        codePoints.makeRoom(count);
    }

    /** The same as {@link #add}, where there is room for the code point. */
    void addInRoom(int codePoint, int source) {
        codePoints.addInRoom(codePoint);
        if (keepsSources) {
            sources.add(source);
        }
    }

    /** Appends a code point that comes from the {@code char} at {@code source}. */
    void add(int codePoint, int source) {
        codePoints.add(codePoint);
        if (keepsSources) {
            sources.add(source);
        }
    }

    /** Ends the text; the part of the original that it comes from ends at {@code source}. */
    void end(int source) {
        if (keepsSources) {
            sources.add(source);
        }
    }

    /**
     * Drops a code point from the end as often as it is there.
     *
     * @param end where the part of the original ends
     * @return where it ends without what was dropped
     */
    int dropFromEnd(int codePoint, int end) {
        int size = codePoints.size();
        int newEnd = end;
        while (size > 0 && codePoints.get(size - 1) == codePoint) {
            size--;
            newEnd = keepsSources ? sources.get(size) : end;
        }
        codePoints.truncate(size);
        sources.truncate(size);
        return newEnd;
    }

    /** The code points. */
    IntList codePoints() {
        return codePoints;
    }

    /** The index of the original's {@code char} that a code point comes from; for the length, where the last one ends. */
    int source(int position) {
        return sources.get(position);
    }
}

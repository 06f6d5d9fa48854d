package io.github.glmjava.tensor;

/** Scratch space of one worker, which grows to what the largest matrix needs. */
final class WorkerScratch {
    private float[] floats = new float[0];

    /** An array with room for so many floats, from the beginning on or from {@link #start}. */
    float[] floats(int count) {
        int room = Math.addExact(count, CacheLines.FLOATS - 1);
        if (floats.length < room) {
            floats = new float[room];
        }
        return floats;
    }

    /** A place in the array at which a line of the caches begins, if that can be known. */
    int start() {
        return CacheLines.before(floats);
    }
}

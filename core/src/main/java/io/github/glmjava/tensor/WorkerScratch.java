package io.github.glmjava.tensor;

/** Scratch space of one worker, which grows to what the largest matrix needs. */
final class WorkerScratch {
    private float[] floats = new float[0];

    float[] floats(int count) {
        if (floats.length < count) {
            floats = new float[count];
        }
        return floats;
    }
}

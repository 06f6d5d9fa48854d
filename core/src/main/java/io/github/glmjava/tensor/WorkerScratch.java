package io.github.glmjava.tensor;

/** Scratch space of one worker, which grows to what the largest matrix needs. */
final class WorkerScratch {
    private float[] floats = new float[0];
    private short[] shorts = new short[0];
    private int[] ints = new int[0];
    private double[] doubles = new double[0];
    private long[] longs = new long[0];

    float[] floats(int count) {
        if (floats.length < count) {
            floats = new float[count];
        }
        return floats;
    }

    short[] shorts(int count) {
        if (shorts.length < count) {
            shorts = new short[count];
        }
        return shorts;
    }

    int[] ints(int count) {
        if (ints.length < count) {
            ints = new int[count];
        }
        return ints;
    }

    double[] doubles(int count) {
        if (doubles.length < count) {
            doubles = new double[count];
        }
        return doubles;
    }

    long[] longs(int count) {
        if (longs.length < count) {
            longs = new long[count];
        }
        return longs;
    }
}

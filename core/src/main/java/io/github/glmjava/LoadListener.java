package io.github.glmjava;

/** Hears how far loading is. Called by the loading thread. */
@FunctionalInterface
public interface LoadListener {
    /**
     * Some more is done.
     *
     * @param stage what is being done, in words for people
     * @param fraction how much of it is done, 0 to 1
     */
    void onProgress(String stage, double fraction);
}

package io.github.glmjava.tensor;

/** Work over a range of independent items that a {@link WorkerTeam} may split as it likes. */
@FunctionalInterface
public interface ParallelTask {
    /**
     * Does the items {@code from <= item < to}.
     *
     * @param worker which worker runs this, 0 (the caller) to {@link WorkerTeam#threads} - 1: no two parts of one section
     *     run under the same number at the same time, so it may index scratch space
     */
    void run(int worker, int from, int to);
}

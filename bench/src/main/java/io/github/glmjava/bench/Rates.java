package io.github.glmjava.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a second of a kernel comes to. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Rates {
    /** What is read and does not fit a cache, in GB: weights, or keys and values. */
    public double gigabytes;

    /** Multiply-adds, in thousands of millions. */
    public double gigaMultiplyAdds;

    /** Starts a new iteration. */
    @Setup(Level.Iteration)
    public void reset() {
        gigabytes = 0;
        gigaMultiplyAdds = 0;
    }
}

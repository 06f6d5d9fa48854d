package io.github.glmjava.tensor;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the kernels once: the Vector API where the JVM was started with it, else plain Java. */
public final class KernelProvider {
    private static final Logger LOG = LoggerFactory.getLogger(KernelProvider.class);

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /** Set to {@code true} to run the plain Java kernels: to compare, or where the Vector API misbehaves. */
    private static final String SCALAR_PROPERTY = "glmjava.scalar";

    private KernelProvider() {}

    /** The best kernels that this JVM can run; logs one warning when these are the slow ones. */
    public static Kernels kernels() {
        return Holder.KERNELS;
    }

    private static final class Holder {
        static final Kernels KERNELS = choose();
    }

    private static Kernels choose() {
        if (Boolean.getBoolean(SCALAR_PROPERTY)) {
            LOG.info("Plain Java kernels, as {} asks", SCALAR_PROPERTY);
            return new ScalarKernels();
        }
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            LOG.warn(
                    "The Vector API is not available, generation will be many times slower than it can be:"
                            + " start java with --add-modules {}",
                    VECTOR_MODULE);
            return new ScalarKernels();
        }
        return VectorKernelsLoader.load();
    }

    /** Apart, so that no class of the incubator module is touched when it is absent. */
    private static final class VectorKernelsLoader {
        static Kernels load() {
            Kernels kernels = new VectorKernels();
            LOG.info("{}", kernels.description());
            return kernels;
        }
    }
}

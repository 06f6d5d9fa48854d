/** The demo model, as a folder that the engine can load. */
module io.github.glmjava.demo {
    requires static org.jspecify;

    exports io.github.glmjava.demo;
}

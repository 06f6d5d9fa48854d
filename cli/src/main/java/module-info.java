/** The command line. Nothing is exported: programs use the engine's own module. */
module io.github.glmjava.cli {
    requires info.picocli;
    requires io.github.glmjava.core;
    requires io.github.glmjava.demo;
    requires io.github.glmjava.evaluation;
    requires org.jline.reader;
    requires org.jline.terminal;
    requires static org.jspecify;
    requires tools.jackson.databind;

    opens io.github.glmjava.cli to
            info.picocli;
}

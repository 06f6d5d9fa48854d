/** The inference engine: load a GLM checkpoint folder, generate text. */
module io.github.glmjava.core {
    requires transitive io.github.glmjava.tokenizer;
    requires transitive io.github.glmjava.weights;
    requires static jdk.incubator.vector;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires tools.jackson.databind;

    exports io.github.glmjava;
    exports io.github.glmjava.family to
            io.github.glmjava.evaluation;
    exports io.github.glmjava.layer to
            io.github.glmjava.evaluation;
    exports io.github.glmjava.tensor to
            io.github.glmjava.evaluation;
}

/** How fast a model runs against what the machine allows, and how well it predicts text. */
module io.github.glmjava.evaluation {
    requires transitive io.github.glmjava.core;
    requires java.management;
    requires static jdk.incubator.vector;
    requires static transitive org.jspecify;

    exports io.github.glmjava.evaluation;
}

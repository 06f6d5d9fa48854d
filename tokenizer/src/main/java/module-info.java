/** Text to token ids and back. */
module io.github.glmjava.tokenizer {
    requires com.google.protobuf;
    requires tools.jackson.core;
    requires static transitive org.jspecify;

    exports io.github.glmjava.tokenizer;
    exports io.github.glmjava.tokenizer.glm;
    exports io.github.glmjava.tokenizer.template;
}

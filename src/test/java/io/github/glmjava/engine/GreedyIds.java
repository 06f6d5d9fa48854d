package io.github.glmjava.engine;

import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GlmModel;
import io.github.glmjava.demo.DemoModel;
import java.io.IOException;
import java.util.Arrays;

/** A program that prints the ids of an answer of the demo model. */
final class GreedyIds {
    private GreedyIds() {}

    static int[] generate() throws IOException {
        try (GlmModel model = GlmModel.load(DemoModel.folder())) {
            GenerationOptions options =
                    GenerationOptions.builder().doSample(false).maxNewTokens(40).build();
            return model.generate(GenerationRequest.ofText("续写：床前明月光").withOptions(options))
                    .ids();
        }
    }

    public static void main(String[] args) throws IOException {
        System.out.println(Arrays.toString(generate()));
    }
}

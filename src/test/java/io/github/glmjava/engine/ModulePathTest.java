package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.ChatOptions;
import io.github.glmjava.ChatSession;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GlmModel;
import io.github.glmjava.demo.DemoModel;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is a module itself: it needs to require nothing but the engine. */
class ModulePathTest {
    private static final String MODULE = """
            module app {
                requires io.github.glmjava.core;
            }
            """;

    /** What the README shows, with options that make the answer predictable. */
    private static final String PROGRAM = """
            package app;

            import io.github.glmjava.ChatOptions;
            import io.github.glmjava.ChatSession;
            import io.github.glmjava.GenerationOptions;
            import io.github.glmjava.GlmModel;
            import java.nio.file.Path;

            public class Main {
                public static void main(String[] args) throws Exception {
                    try (GlmModel model = GlmModel.load(Path.of(args[0]))) {
                        System.out.println(model.info().kernels());
                        System.out.println(model.generate("你好").isEmpty());
                        ChatOptions options = ChatOptions.builder()
                                .generation(GenerationOptions.builder().doSample(false).build())
                                .build();
                        try (ChatSession chat = model.chat(options)) {
                            chat.send("你好", token -> System.out.print(token.text()));
                        }
                    }
                }
            }
            """;

    @Test
    void aModularProgramRuns(@TempDir Path folder) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("src/app"));
        Path module = Files.writeString(folder.resolve("src/module-info.java"), MODULE);
        Path program = Files.writeString(sources.resolve("Main.java"), PROGRAM);
        Path classes = folder.resolve("classes");
        compile(classes, module, program);

        ForkedJava.Outcome outcome = ForkedJava.run(
                folder,
                List.of(
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--module-path",
                        classes + File.pathSeparator + ForkedJava.modulePath(),
                        "--module",
                        "app/app.Main",
                        DemoModel.folder().toString()));
        assertEquals(0, outcome.exitCode(), outcome::toString);
        assertTrue(outcome.output().get(0).startsWith("Vector API"), outcome::toString);
        assertEquals("false", outcome.output().get(1), outcome::toString);
        assertEquals(
                streamed(),
                String.join("\n", outcome.output().subList(2, outcome.output().size())));
    }

    /** The same chat in this JVM, on the class path. */
    private static String streamed() throws IOException {
        StringBuilder text = new StringBuilder();
        try (GlmModel model = GlmModel.load(DemoModel.folder());
                ChatSession chat = model.chat(ChatOptions.builder()
                        .generation(GenerationOptions.builder().doSample(false).build())
                        .build())) {
            chat.send("你好", token -> text.append(token.text()));
        }
        return text.toString();
    }

    private static void compile(Path classes, Path... sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-d", classes.toString(), "--module-path", ForkedJava.modulePath()),
                            null,
                            files.getJavaFileObjects(sources))
                    .call();
            assertTrue(compiled, messages::toString);
        }
    }
}

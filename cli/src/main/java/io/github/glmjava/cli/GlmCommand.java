package io.github.glmjava.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code glm}, which does nothing itself but has commands beneath it. */
@Command(
        name = "glm",
        description = "Runs GLM language models. Without --model a small model that writes Chinese poems is used.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = GlmCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:verify found a difference", "2:wrong usage, or something else went wrong"})
public final class GlmCommand {
    /** The exit code of all errors. */
    static final int ERROR = 2;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Say more on stderr, such as tokens per second.")
    private boolean verbose;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Log everything, and show stack traces.")
    private boolean debug;

    private final CommandStreams streams;

    private GlmCommand(CommandStreams streams) {
        this.streams = streams;
    }

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param arguments the command's name, its options and parameters
     */
    public static void main(String[] arguments) {
        System.exit(run(CommandStreams.ofProcess(), arguments));
    }

    /** Runs a command and gives its exit code. */
    static int run(CommandStreams streams, String... arguments) {
        GlmCommand glm = new GlmCommand(streams);
        CommandLine commandLine = glm.commandLine(arguments)
                .setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((exception, unparsed) -> glm.wrongUsage(exception))
                .setExecutionExceptionHandler((exception, command, parsed) -> glm.failed(exception))
                .setExecutionStrategy(parsed -> {
                    glm.chooseLogLevel();
                    return new CommandLine.RunLast().execute(parsed);
                });
        try {
            return commandLine.execute(arguments);
        } catch (OutOfMemoryError e) {
            return glm.failed(e);
        } finally {
            streams.out().flush();
            streams.err().flush();
        }
    }

    /** Only the command that is called is set up, if its name comes first: reading the annotations of all takes its time. */
    private CommandLine commandLine(String... arguments) {
        CommandLine commandLine = new CommandLine(this);
        Map<String, Supplier<Object>> commands = commands();
        Supplier<Object> called = arguments.length > 0 ? commands.get(arguments[0]) : null;
        if (called != null) {
            return commandLine.addSubcommand(called.get());
        }
        commands.values().forEach(command -> commandLine.addSubcommand(command.get()));
        return commandLine.addSubcommand(new HelpCommand());
    }

    /** In the order in which help shows them. */
    private Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("generate", () -> new GenerateCommand(this));
        commands.put("chat", () -> new ChatCommand(this));
        commands.put("fill", () -> new FillCommand(this));
        commands.put("tokenize", () -> new TokenizeCommand(this));
        commands.put("inspect", () -> new InspectCommand(this));
        commands.put("verify", () -> new VerifyCommand(this));
        commands.put("perplexity", () -> new PerplexityCommand(this));
        commands.put("quantize", () -> new QuantizeCommand(this));
        commands.put("convert", () -> new ConvertCommand(this));
        commands.put("bench", () -> new BenchCommand(this));
        return commands;
    }

    CommandStreams streams() {
        return streams;
    }

    boolean verbose() {
        return verbose;
    }

    /** Must run before anything logs, for the logger reads its configuration once. */
    private void chooseLogLevel() {
        if (verbose || debug) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", debug ? "debug" : "info");
        }
    }

    private int wrongUsage(CommandLine.ParameterException exception) {
        String command = exception.getCommandLine().getCommandSpec().qualifiedName();
        report(ErrorMessage.of(exception) + " (see " + command + " --help)", exception);
        return ERROR;
    }

    private int failed(Throwable failure) {
        report(ErrorMessage.of(failure), failure);
        return ERROR;
    }

    private void report(String message, Throwable failure) {
        streams.message("glm: " + message);
        trace(failure);
    }

    /** Shows where a failure comes from, if that was asked for. */
    void trace(Throwable failure) {
        if (debug) {
            failure.printStackTrace(streams.err());
            streams.err().flush();
        }
    }

    /** The version that Maven wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = GlmCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "glm-java " + (version == null ? "(development build)" : version),
                "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
            };
        }
    }
}

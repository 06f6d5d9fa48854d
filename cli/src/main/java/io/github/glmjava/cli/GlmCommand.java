package io.github.glmjava.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
    /** In the order in which help shows them. */
    private static final List<String> COMMANDS = List.of(
            "generate", "chat", "fill", "tokenize", "inspect", "verify", "perplexity", "quantize", "convert", "bench");

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
                .setCaseInsensitiveEnumValuesAllowed(true)
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
        boolean named = arguments.length > 0 && COMMANDS.contains(arguments[0]);
        for (String name : named ? List.of(arguments[0]) : COMMANDS) {
            commandLine.addSubcommand(command(name));
        }
        return named ? commandLine : commandLine.addSubcommand(new HelpCommand());
    }

    private Object command(String name) {
        return switch (name) {
            case "generate" -> new GenerateCommand(this);
            case "chat" -> new ChatCommand(this);
            case "fill" -> new FillCommand(this);
            case "tokenize" -> new TokenizeCommand(this);
            case "inspect" -> new InspectCommand(this);
            case "verify" -> new VerifyCommand(this);
            case "perplexity" -> new PerplexityCommand(this);
            case "quantize" -> new QuantizeCommand(this);
            case "convert" -> new ConvertCommand(this);
            case "bench" -> new BenchCommand(this);
            default -> throw new IllegalArgumentException(name);
        };
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

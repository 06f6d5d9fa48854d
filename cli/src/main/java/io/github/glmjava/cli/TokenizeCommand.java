package io.github.glmjava.cli;

import io.github.glmjava.GlmModel;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.Encoding;
import io.github.glmjava.tokenizer.HuggingFaceTokenizer;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.tokenizer.TokenizerFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glm tokenize}: texts in, token ids out. */
@Command(
        name = "tokenize",
        description = "Prints the token ids of texts, a JSON array for each; with --decode the texts of ids.",
        footer = {
            "",
            "With --jsonl the lines of stdin are objects, {\"text\": \"...\"} or with --decode {\"ids\": [...]}, and so are the",
            "lines printed, in the same order: {\"ids\": [...], \"decoded\": \"...\"}. Offsets are pairs of where the part of the",
            "text begins and ends that an id stands for, in bytes of UTF-8.",
            "",
            "With --chat the input is JSON, one array of messages or several after each other:",
            "  [{\"role\": \"user\", \"content\": \"...\"}]",
            "Roles are system, user, assistant and observation; messages may have metadata (a text) and tools (an array)."
        })
final class TokenizeCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "TEXT",
            arity = "0..*",
            description =
                    "Texts, with --decode ids, with --chat files. Default: the lines of stdin; with --chat all of it.")
    private List<String> inputs = List.of();

    @Option(names = "--chat", description = "Read conversations and print the ids of their prompts.")
    private boolean chat;

    @Option(names = "--prefix", description = "Add what the model wants around a plain text, as generate --raw does.")
    private boolean prefix;

    @Option(names = "--raw", description = "The text alone: no prefix, no special tokens. This is the default.")
    private boolean raw;

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description =
                    "Use a tokenizer file without a model: a tokenizer.json, a SentencePiece model, ranks in tiktoken's"
                            + " format, or a vocab.txt of BERT.")
    private @Nullable Path tokenizerFile;

    @Option(
            names = "--special",
            description =
                    "Names of control tokens become these tokens, and with --decode are shown: for texts that are trusted."
                            + " Only with a tokenizer.json.")
    private boolean special;

    @Option(names = "--jsonl", description = "Read and write lines of JSON.")
    private boolean jsonLines;

    @Option(names = "--offsets", description = "Print which part of the text each id stands for, too.")
    private boolean offsets;

    @Option(names = "--decode", description = "Read ids and print their text.")
    private boolean decode;

    @Mixin
    private final ModelOptions modelOptions = new ModelOptions();

    private final GlmCommand glm;

    TokenizeCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        if (tokenizerFile != null) {
            texts(chosen(TokenizerFiles.load(tokenizerFile)), null);
            return 0;
        }
        try (GlmModel model = modelOptions.load()) {
            if (chat) {
                conversations(model.promptFormat());
            } else {
                texts(chosen(model.tokenizer()), model.promptFormat());
            }
        }
        return 0;
    }

    private Tokenizer chosen(Tokenizer tokenizer) {
        if (!special) {
            return tokenizer;
        }
        if (tokenizer instanceof HuggingFaceTokenizer file) {
            return file.trusting();
        }
        throw new IllegalArgumentException("--special needs a tokenizer.json");
    }

    private void checkOptions() {
        refuse(chat && prefix, "--prefix is for plain texts, not for --chat");
        refuse(raw && prefix, "--raw is without the prefix that --prefix asks for");
        refuse(
                chat && (raw || jsonLines || offsets || decode),
                "--chat goes with none of --raw, --jsonl, --offsets, --decode");
        refuse(tokenizerFile != null && (chat || prefix), "--chat and --prefix need a model, --tokenizer has none");
        refuse(offsets && (prefix || decode), "--offsets goes neither with --prefix nor with --decode");
        refuse(special && (raw || prefix || chat), "--special goes with none of --raw, --prefix, --chat");
        refuse(prefix && decode, "--prefix does not go with --decode");
        refuse(jsonLines && !inputs.isEmpty(), "--jsonl reads stdin, not TEXT");
    }

    private static void refuse(boolean condition, String message) {
        if (condition) {
            throw new IllegalArgumentException(message);
        }
    }

    private void texts(Tokenizer tokenizer, @Nullable PromptFormat format) throws IOException {
        int number = 0;
        for (String text : inputs) {
            print(convert(tokenizer, format, text, ++number));
        }
        if (inputs.isEmpty()) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(glm.streams().in(), StandardCharsets.UTF_8));
            for (String line = readLine(lines); line != null; line = readLine(lines)) {
                print(convert(tokenizer, format, line, ++number));
                if (!lines.ready()) {
                    glm.streams().out().flush();
                }
            }
        }
    }

    private String convert(Tokenizer tokenizer, @Nullable PromptFormat format, String line, int number)
            throws IOException {
        if (decode) {
            int[] ids = jsonLines ? TokenizerOutput.idsField(line, number) : TokenizerOutput.ids(line, number);
            String decoded = tokenizer.decode(ids);
            return jsonLines ? TokenizerOutput.decodedJson(decoded) : decoded;
        }
        String text = jsonLines ? TokenizerOutput.text(line, number) : line;
        Encoding encoding = offsets ? tokenizer.encodeWithOffsets(text) : null;
        int[] ids = encoding != null
                ? encoding.ids()
                : prefix && format != null ? format.encodeText(text) : tokenizer.encode(text);
        return jsonLines || offsets
                ? TokenizerOutput.json(tokenizer, ids, encoding, jsonLines)
                : TokenizerOutput.array(ids);
    }

    /** A line ends with a line feed, or a carriage return and a line feed; a carriage return alone is text. */
    private static @Nullable String readLine(BufferedReader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = reader.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = reader.read()) {
            line.append((char) c);
        }
        if (c == '\n' && !line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        return line.toString();
    }

    private void conversations(PromptFormat format) throws IOException {
        if (inputs.isEmpty()) {
            String json = new String(glm.streams().in().readAllBytes(), StandardCharsets.UTF_8);
            conversations(format, MessagesJson.read(json, "stdin"));
        }
        for (String file : inputs) {
            conversations(format, MessagesJson.read(Files.readString(Path.of(file)), file));
        }
    }

    private void conversations(PromptFormat format, List<List<ChatMessage>> conversations) {
        for (List<ChatMessage> messages : conversations) {
            print(TokenizerOutput.array(format.encodeChat(messages)));
        }
    }

    private void print(String line) {
        PrintStream out = glm.streams().out();
        out.print(line);
        out.print('\n');
    }
}

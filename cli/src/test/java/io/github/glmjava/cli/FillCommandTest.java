package io.github.glmjava.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedOutputStream;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GlmModel;
import io.github.glmjava.demo.DemoModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A tiny original GLM with random weights and a tokenizer of single letters. */
class FillCommandTest {
    /** Ids of the case; which token ends a piece is our choice, one that its greedy decoding comes to. */
    private static final String ADDED_TOKENS =
            "{\"[CLS]\":120,\"[MASK]\":121,\"<|endoftext|>\":122," + "\"<|startofpiece|>\":123,\"<|endofpiece|>\":14}";

    @TempDir
    Path model;

    @BeforeEach
    void makeTheModel() throws IOException {
        Path golden = Path.of("..", "src", "test", "resources", "goldens", "glm_original_blank");
        for (String file : List.of("config.json", "pytorch_model.bin")) {
            Files.copy(golden.resolve(file), model.resolve(file));
        }
        Files.writeString(model.resolve("added_tokens.json"), ADDED_TOKENS);
        Files.write(model.resolve("cog-pretrain.model"), letters());
    }

    /** A SentencePiece model: unknown, the space, 26 letters, then what fills up to 120 pieces. */
    private static byte[] letters() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeByteArray(1, piece("<unk>", 2));
        out.writeByteArray(1, piece("\u2581", 1));
        for (int i = 0; i < 118; i++) {
            out.writeByteArray(1, piece(i < 26 ? Character.toString('a' + i) : Character.toString(0x4e00 + i), 1));
        }
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] piece(String text, int type) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeString(1, text);
        out.writeInt32(3, type);
        out.flush();
        return bytes.toByteArray();
    }

    /** The second filling is what the model writes behind the text, the first filling and another start token. */
    @Test
    void fillsOneBlankAfterTheOther() throws IOException {
        Run run = Run.glm(
                "fill",
                "--model",
                model.toString(),
                "--greedy",
                "--max-tokens",
                "7",
                "--json",
                "--text",
                "ab [MASK] cd [MASK]");

        assertEquals(0, run.exitCode(), run.err());
        JsonNode json = JsonMapper.shared().readTree(run.out());
        // [CLS] _ab [MASK] _cd [MASK] <|endoftext|>
        int[] text = {120, 1, 2, 3, 121, 1, 4, 5, 121, 122};
        try (GlmModel loaded = GlmModel.load(model)) {
            int[] first = continued(loaded, append(text, 123));
            int[] second = continued(loaded, append(append(append(text, 123), first), 123));
            assertEquals(Arrays.toString(first), ids(json, 0));
            assertEquals(Arrays.toString(second), ids(json, 1));
            String one = loaded.tokenizer().decode(first);
            String two = loaded.tokenizer().decode(second);
            assertEquals(one, json.at("/spans/0/text").stringValue());
            assertEquals(
                    "ab " + one.stripLeading() + (one.isBlank() ? "cd " : " cd ") + two.stripLeading(),
                    json.get("text").stringValue());
        }
        assertEquals(
                json.get("text").stringValue() + "\n",
                Run.withInput(
                                "ab [MASK] cd [MASK]\n",
                                "fill",
                                "--model",
                                model.toString(),
                                "--greedy",
                                "--max-tokens",
                                "7",
                                "--text",
                                "-")
                        .out());
    }

    private static String ids(JsonNode json, int span) {
        return json.at("/spans/" + span + "/ids").toString().replace(",", ", ");
    }

    private static int[] continued(GlmModel loaded, int... prompt) {
        GenerationOptions options =
                GenerationOptions.builder().doSample(false).maxNewTokens(7).build();
        return loaded.generate(GenerationRequest.ofTokens(prompt).withOptions(options))
                .ids();
    }

    private static int[] append(int[] ids, int... more) {
        int[] all = Arrays.copyOf(ids, ids.length + more.length);
        System.arraycopy(more, 0, all, ids.length, more.length);
        return all;
    }

    /** The same model with a vocabulary of BERT: 0: [PAD], 1: [UNK], 2: [SEP], 3 to 28: a to z, then what fills up to 120. */
    @Test
    void aVocabularyOfBertDoesAsWell() throws IOException {
        Files.delete(model.resolve("cog-pretrain.model"));
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[SEP]"));
        for (int i = 0; i < 117; i++) {
            tokens.add(i < 26 ? Character.toString('a' + i) : Character.toString(0x4e00 + i));
        }
        Path vocabulary = Files.write(model.resolve("vocab.txt"), tokens);

        String folder = model.toString();
        Run filled = Run.glm("fill", "--model", folder, "--greedy", "--max-tokens", "3", "--text", "A [MASK] c");
        assertEquals(0, filled.exitCode(), filled.err());
        assertTrue(filled.out().startsWith("A ") && filled.out().endsWith("c\n"), filled.out());
        assertEquals(
                "[120, 3, 4, 121, 2, 123]\n",
                Run.glm("tokenize", "--model", folder, "--prefix", "A b").out());
        assertEquals(
                "{\"ids\":[3,4,1],\"decoded\":\"a b\"}\n",
                Run.withInput("{\"text\":\"\u00c1 B ab\"}\n", "tokenize", "--model", folder, "--jsonl")
                        .out());
        assertEquals(
                "[3, 1, 5]\n",
                Run.glm("tokenize", "--tokenizer", vocabulary.toString(), "a?c").out());
    }

    @Test
    void whatCannotBeFilledIsSaid() throws IOException {
        Run noBlank = Run.glm("fill", "--model", model.toString(), "--text", "ab");
        assertEquals(2, noBlank.exitCode());
        assertTrue(noBlank.err().contains("the text has no blank"), noBlank.err());

        Run chat = Run.glm("fill", "--model", DemoModel.folder().toString(), "--text", "a [MASK]");
        assertEquals(2, chat.exitCode());
        assertTrue(chat.err().contains("ChatGLM3 do not fill blanks"), chat.err());

        Files.delete(model.resolve("cog-pretrain.model"));
        Run noTokenizer = Run.glm("fill", "--model", model.toString(), "--text", "a [MASK]");
        assertEquals(2, noTokenizer.exitCode());
        assertTrue(noTokenizer.err().contains("has no tokenizer"), noTokenizer.err());
    }
}

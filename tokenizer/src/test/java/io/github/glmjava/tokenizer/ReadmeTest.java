package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows of the tokenizer alone, on models of a few pieces; only the names of the files differ. */
class ReadmeTest {
    @TempDir
    private Path folder;

    private Path write(String name, TinyModel model) throws IOException {
        return Files.write(folder.resolve(name), model.toBytes());
    }

    @Test
    void onlyTheTokenizer() throws IOException {
        Path file = write("tokenizer.model", TinyModel.withControls().pieces("▁", "明月", "床", "前", "明", "月", "光"));

        Tokenizer tokenizer = TokenizerFiles.load(file);
        int[] ids = tokenizer.encode("床前明月光");
        String text = tokenizer.decode(ids);

        Encoding encoding = tokenizer.encodeWithOffsets("床前明月光");
        TokenBuffer buffer = new TokenBuffer();
        tokenizer.encode("床前明月光", buffer);

        IncrementalDecoder decoder = tokenizer.newDecoder();
        StringBuilder printed = new StringBuilder();
        for (int id : ids) {
            printed.append(decoder.append(id));
        }
        printed.append(decoder.finish());

        assertEquals("床前明月光", text);
        assertEquals(text, printed.toString());
        assertEquals("明月", encoding.surface(3));
        assertArrayEquals(ids, encoding.ids());
        assertArrayEquals(ids, buffer.toArray());
    }

    @Test
    void subwordRegularisation() throws IOException {
        TinyModel model = TinyModel.withControls().pieces("▁", "▁hello", "hel", "lo", "▁world", "h", "e", "l", "o");
        model.trainer().varint(3, 1);

        SentencePieceTokenizer unigram = SentencePieceTokenizer.load(write("spiece.model", model));
        List<ScoredEncoding> best = unigram.encodeBest("hello world", 10);
        Encoding drawn = unigram.encodeSampled("hello world", 0.1, new Random(42));

        assertTrue(best.size() > 1);
        assertTrue(best.get(0).score() >= best.get(1).score());
        assertEquals("hello world", unigram.decode(drawn.ids()));
    }

    @Test
    void trustedTexts() throws IOException {
        Path path = Files.write(
                folder.resolve("tokenizer.json"),
                new TinyHuggingFace().control("<|user|>").toBytes());

        Tokenizer trusting = HuggingFaceTokenizer.load(path).trusting();

        assertEquals(1, trusting.encode("<|user|>").length);
        assertFalse(HuggingFaceTokenizer.load(path).encode("<|user|>").length == 1);
    }
}

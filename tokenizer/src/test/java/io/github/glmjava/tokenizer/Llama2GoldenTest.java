package io.github.glmjava.tokenizer;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Llama 2: a dummy prefix, scores down to -1e9. */
class Llama2GoldenTest {
    private static final String FOLDER = "tokenizers/sp-llama2/";

    private static SentencePieceTokenizer load() throws IOException {
        return SentencePieceTokenizer.load(SharedFiles.require(FOLDER + "tokenizer.model"));
    }

    @Test
    void encodesAllTexts() throws IOException {
        GoldenRows.assertEncodes(load(), FOLDER + "cases.jsonl");
    }

    @Test
    void decodesAllIds() throws IOException {
        GoldenRows.assertDecodes(load(), FOLDER + "decode_cases.jsonl");
    }

    @Test
    void streamsRandomIds() throws IOException {
        GoldenRows.assertRandomIdsStream(load());
    }
}

package io.github.glmjava.tokenizer;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** InternLM 2: no dummy prefix, single characters as user-defined pieces. */
class InternLm2GoldenTest {
    private static final String FOLDER = "tokenizers/sp-internlm2/";

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

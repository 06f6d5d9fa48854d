package io.github.glmjava.tokenizer;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Yi: no dummy prefix, many user-defined and control pieces. */
class YiGoldenTest {
    private static final String FOLDER = "tokenizers/sp-yi/";

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

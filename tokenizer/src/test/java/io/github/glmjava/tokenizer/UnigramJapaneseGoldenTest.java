package io.github.glmjava.tokenizer;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A small Japanese unigram model with NFKC. */
class UnigramJapaneseGoldenTest {
    private static final String FOLDER = "tokenizers/sp-test-unigram-ja/";

    private static SentencePieceTokenizer load() throws IOException {
        return SentencePieceTokenizer.load(SharedFiles.require(FOLDER + "test_ja_model.model"));
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

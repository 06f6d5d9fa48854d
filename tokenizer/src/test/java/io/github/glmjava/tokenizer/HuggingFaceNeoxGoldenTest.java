package io.github.glmjava.tokenizer;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** GPT-NeoX: NFC, merges as text, runs of spaces as added tokens. */
class HuggingFaceNeoxGoldenTest {
    private static final String FOLDER = "tokenizers/hf-bpe-neox/";

    private static HuggingFaceTokenizer load() throws IOException {
        return HuggingFaceTokenizer.load(SharedFiles.require(FOLDER + "tokenizer.json"));
    }

    @Test
    void encodesAllTexts() throws IOException {
        HuggingFaceRows.assertEncodes(load(), FOLDER + "cases.jsonl");
    }

    @Test
    void decodesAllIds() throws IOException {
        HuggingFaceRows.assertDecodes(load(), FOLDER + "decode_cases.jsonl");
    }

    @Test
    void streamsRandomIds() throws IOException {
        GoldenRows.assertRandomIdsStream(load());
    }
}

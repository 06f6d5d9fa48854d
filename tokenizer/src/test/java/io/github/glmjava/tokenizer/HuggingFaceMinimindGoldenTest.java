package io.github.glmjava.tokenizer;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** MiniMind: no normalizer, merges as lists, all added tokens steer the model. */
class HuggingFaceMinimindGoldenTest {
    private static final String FOLDER = "tokenizers/hf-bpe-minimind/";

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

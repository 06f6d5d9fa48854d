package io.github.glmjava.tokenizer;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The original GLM: BPE with NFKC and no bytes, so what no piece covers is unknown. */
class GlmChineseGoldenTest {
    private static final String FOLDER = "tokenizers/glm-10b-chinese/";

    private static SentencePieceTokenizer load() throws IOException {
        return SentencePieceTokenizer.load(SharedFiles.require(FOLDER + "cog-pretrain.model"));
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

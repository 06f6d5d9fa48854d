package io.github.glmjava.gguf;

import io.github.glmjava.weights.CheckpointException;
import io.github.glmjava.weights.GgufMetadata;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The pieces of ChatGLM3, as {@code tokenizer.model} has them ({@code sentencepiece_model.proto}). */
final class GgufPieces {
    private static final String SCORES_KEY = "tokenizer.ggml.scores";

    /** What the code of ChatGLM3 adds behind the pieces of its file ({@code tokenization_chatglm.py}). */
    private static final List<String> ADDED = List.of(
            "[MASK]", "[gMASK]", "[sMASK]", "sop", "eop", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private GgufPieces() {}

    /** The file that says the same. */
    static byte[] tokenizerModel(GgufMetadata metadata, GgufVocabulary vocabulary) throws CheckpointException {
        List<String> tokens = vocabulary.tokens();
        int pieces = tokens.indexOf(ADDED.getFirst());
        if (pieces < 0
                || !tokens.subList(pieces, Math.min(tokens.size(), pieces + ADDED.size()))
                        .equals(ADDED)) {
            throw metadata.wrong(
                    GgufTokenizer.TOKENS_KEY,
                    "the pieces of ChatGLM3 with " + ADDED + " behind them: no others are"
                            + " supported where tokenizer.ggml.model is llama");
        }
        float[] scores = metadata.floats(SCORES_KEY, tokens.size());
        if (scores.length != tokens.size()) {
            throw metadata.wrong(
                    SCORES_KEY, "one score for each of " + tokens.size() + " tokens, found " + scores.length);
        }
        GgufPieces model = new GgufPieces();
        for (int id = 0; id < pieces; id++) {
            GgufPieces piece = new GgufPieces();
            piece.message(1, tokens.get(id).getBytes(StandardCharsets.UTF_8));
            piece.real(2, scores[id]);
            piece.number(3, vocabulary.types().get(id));
            model.message(1, piece.bytes.toByteArray());
        }
        boolean byteFallback = vocabulary.types().contains(GgufVocabulary.BYTE);
        GgufPieces trainer = new GgufPieces();
        trainer.number(3, 2); // BPE
        trainer.number(35, byteFallback ? 1 : 0);
        model.message(2, trainer.bytes.toByteArray());
        GgufPieces normalizer = new GgufPieces();
        normalizer.number(3, metadata.flag("tokenizer.ggml.add_space_prefix", true) ? 1 : 0);
        normalizer.number(4, metadata.flag("tokenizer.ggml.remove_extra_whitespaces", false) ? 1 : 0);
        model.message(3, normalizer.bytes.toByteArray());
        return model.bytes.toByteArray();
    }

    private void message(int field, byte[] content) {
        varint((field << 3) | 2);
        varint(content.length);
        bytes.writeBytes(content);
    }

    private void number(int field, int value) {
        varint(field << 3);
        varint(value);
    }

    private void real(int field, float value) {
        varint((field << 3) | 5);
        bytes.writeBytes(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
    }

    private void varint(int value) {
        int rest = value;
        while ((rest & ~127) != 0) {
            bytes.write((rest & 127) | 128);
            rest >>>= 7;
        }
        bytes.write(rest);
    }
}

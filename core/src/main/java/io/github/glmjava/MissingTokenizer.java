package io.github.glmjava;

import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import java.util.List;

/**
 * Stands in for the tokenizer of a folder that has none that is supported: ids can be generated from ids, and their text is
 * empty; asking for the ids of a text is an error.
 */
final class MissingTokenizer implements PromptFormat, Tokenizer, IncrementalDecoder {
    private final int vocabularySize;

    MissingTokenizer(int vocabularySize) {
        this.vocabularySize = vocabularySize;
    }

    /** What is wrong when a text is given. */
    static IllegalStateException noTokenizer() {
        return new IllegalStateException(
                "the model folder has no tokenizer, or none of a kind that is supported: a model of"
                        + " SentencePiece, ranks of tiktoken, tokenizer.json, vocab.json with merges.txt of GPT-2 or RoBERTa, or"
                        + " vocab.txt of BERT."
                        + " Only token ids can be used");
    }

    @Override
    public Tokenizer tokenizer() {
        return this;
    }

    @Override
    public int[] encodeText(String text) {
        throw noTokenizer();
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        throw noTokenizer();
    }

    @Override
    public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
        throw noTokenizer();
    }

    @Override
    public int[] stopIds() {
        return new int[0];
    }

    @Override
    public AnswerFormat answerFormat() {
        return AnswerFormat.text();
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        throw noTokenizer();
    }

    @Override
    public String decode(int... ids) {
        return "";
    }

    @Override
    public IncrementalDecoder newDecoder() {
        return this;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public String append(int id) {
        return "";
    }

    @Override
    public String finish() {
        return "";
    }
}

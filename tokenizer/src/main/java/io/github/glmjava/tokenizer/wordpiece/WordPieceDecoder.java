package io.github.glmjava.tokenizer.wordpiece;

import io.github.glmjava.tokenizer.answer.ReplaceStage;
import io.github.glmjava.tokenizer.answer.StripStage;
import io.github.glmjava.tokenizer.answer.TextStage;
import io.github.glmjava.tokenizer.python.PythonText;

/**
 * Decodes ids one by one: tokens with spaces between, continuations joined to what they continue, and if wanted the space before
 * punctuation and contractions taken away ({@code convert_tokens_to_string} of tokenization_bert.py, {@code clean_up_tokenization}
 * of its base class). Not safe for use by several threads.
 */
public final class WordPieceDecoder {
    private final WordPieceVocabulary vocabulary;
    private final StringBuilder certain = new StringBuilder();
    private final TextStage stages;
    private boolean begun;

    /** @param cleansUpSpaces whether to take spaces away */
    public WordPieceDecoder(WordPieceVocabulary vocabulary, boolean cleansUpSpaces) {
        this.vocabulary = vocabulary;
        TextStage stage = new Collector();
        if (cleansUpSpaces) {
            for (PythonText.Replacement rule : PythonText.CLEAN_UP.reversed()) {
                stage = new ReplaceStage(rule.from(), rule.to(), stage);
            }
        }
        stages = new ReplaceStage(" " + WordPieceTrie.CONTINUED, "", new StripStage(stage));
    }

    /**
     * Takes an id.
     *
     * @param id any int; a special token and one that is no token have no text
     * @param out takes the text that is certain now
     */
    public void append(int id, StringBuilder out) {
        if (!vocabulary.isHidden(id)) {
            if (begun) {
                stages.accept(' ');
            }
            begun = true;
            stages.accept(vocabulary.token(id));
            give(out);
        }
    }

    /** Ends the text. */
    public void finish(StringBuilder out) {
        stages.finish();
        give(out);
    }

    private void give(StringBuilder out) {
        out.append(certain);
        certain.setLength(0);
    }

    private final class Collector implements TextStage {
        @Override
        public void accept(char c) {
            certain.append(c);
        }

        @Override
        public void finish() {}
    }
}

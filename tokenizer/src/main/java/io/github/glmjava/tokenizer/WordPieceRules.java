package io.github.glmjava.tokenizer;

import io.github.glmjava.tokenizer.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a WordPiece tokenizer does besides looking up pieces: the options of transformers' {@code BertTokenizer}, with its defaults
 * at the time when the original GLM was published (4.23). Later versions compose texts (NFC) first, which changes ids only where
 * accents are not stripped.
 *
 * @param lowerCase whether texts are lower-cased, {@code do_lower_case}
 * @param stripAccents whether texts are decomposed (NFD) and marks without width dropped, {@code strip_accents}
 * @param partsIdeographs whether each Chinese character is a word of its own, {@code tokenize_chinese_chars}
 * @param cleansUpSpaces whether decoding takes the space before punctuation and contractions away,
 *     {@code clean_up_tokenization_spaces}
 */
public record WordPieceRules(boolean lowerCase, boolean stripAccents, boolean partsIdeographs, boolean cleansUpSpaces) {
    private static final int MAX_CONFIG_BYTES = 16 << 20;

    /** The rules of an uncased BERT. */
    public static WordPieceRules uncased() {
        return new WordPieceRules(true, true, true, true);
    }

    /** The rules of a cased BERT. */
    public static WordPieceRules cased() {
        return new WordPieceRules(false, false, true, true);
    }

    /**
     * The rules that the {@code tokenizer_config.json} of a folder says, those of an uncased BERT where it is silent or there is none.
     *
     * @throws TokenizerException if it is malformed, or asks for something that is not supported
     * @throws IOException if it cannot be read
     */
    public static WordPieceRules of(Path folder) throws IOException {
        Path file = folder.resolve("tokenizer_config.json");
        if (!Files.exists(file)) {
            return uncased();
        }
        JsonObject config = JsonObject.read(BoundedFiles.read(file, MAX_CONFIG_BYTES), file.toString());
        Object neverSplit = config.get("never_split");
        if (neverSplit != null && !(neverSplit instanceof List<?> words && words.isEmpty())) {
            throw config.malformed("never_split", "found " + JsonObject.shown(neverSplit) + ", only null is supported");
        }
        if (!config.flag("do_basic_tokenize", true)) {
            throw config.malformed("do_basic_tokenize", "found false, only true is supported");
        }
        boolean lowerCase = config.flag("do_lower_case", true);
        return new WordPieceRules(
                lowerCase,
                config.flag("strip_accents", lowerCase),
                config.flag("tokenize_chinese_chars", true),
                config.flag("clean_up_tokenization_spaces", true));
    }
}

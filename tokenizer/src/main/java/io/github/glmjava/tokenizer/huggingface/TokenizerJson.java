package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.bpe.PairTable;
import java.text.Normalizer;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code tokenizer.json} says.
 *
 * @param tokens text of each id, null for an id that the file does not use
 * @param inVocabulary which ids are in the vocabulary of the model itself, so that merging can make them
 * @param merges from a pair of ids to the number of its merge
 * @param mergeResults what each merge makes
 * @param takesWholeWords whether a word that is in the vocabulary is taken at once ({@code ignore_merges})
 * @param addedTokens in the order of the file
 * @param normalization form of the text before it is split, or null
 * @param splitter what is merged by itself
 * @param prefix ids that the post-processor puts before a text
 * @param suffix ids that it puts behind
 */
record TokenizerJson(
        List<@Nullable String> tokens,
        BitSet inVocabulary,
        PairTable merges,
        IntList mergeResults,
        boolean takesWholeWords,
        List<AddedToken> addedTokens,
        Normalizer.@Nullable Form normalization,
        Splitter splitter,
        List<Integer> prefix,
        List<Integer> suffix) {}

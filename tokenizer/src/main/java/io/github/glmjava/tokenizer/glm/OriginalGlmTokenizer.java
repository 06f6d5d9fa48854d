package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.BlankText;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import io.github.glmjava.tokenizer.bpe.IntList;
import io.github.glmjava.tokenizer.python.PythonText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of the original GLM: the pieces of a file and, as a rule behind them, the tokens of {@code added_tokens.json} (the
 * classes of tokenization_glm.py, as published with glm-10b-chinese, glm-10b and glm-roberta-large).
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class OriginalGlmTokenizer implements Tokenizer {
    private final Tokenizer file;
    private final Map<String, Integer> specialTokens;
    private final OriginalGlmNames names;
    private final Set<Integer> specialIds;

    /**
     * @param file the pieces
     * @param specialTokens ids by name; those that {@code names} tells, {@code <|startofpiece|>}, {@code <|endofpiece|>} and a mask
     *     must be there
     * @param names what the special tokens are called
     * @throws IllegalArgumentException if one is missing
     */
    public OriginalGlmTokenizer(Tokenizer file, Map<String, Integer> specialTokens, OriginalGlmNames names) {
        this.file = file;
        this.specialTokens = Map.copyOf(specialTokens);
        this.names = names;
        specialIds = new HashSet<>(specialTokens.values());
        Stream.of(
                        names.begin(),
                        names.end(),
                        names.endOfText(),
                        OriginalGlmNames.START_OF_PIECE,
                        OriginalGlmNames.END_OF_PIECE)
                .forEach(this::specialId);
        if (names.masks().stream().noneMatch(specialTokens::containsKey)) {
            throw new IllegalArgumentException("no special token among " + names.masks());
        }
    }

    /**
     * The id of a special token.
     *
     * @param name such as {@code [MASK]} or {@code <|startofpiece|>}
     * @throws IllegalArgumentException if there is none
     */
    public int specialId(String name) {
        Integer id = specialTokens.get(name);
        if (id == null) {
            throw new IllegalArgumentException("no special token " + name);
        }
        return id;
    }

    /** What the special tokens are called. */
    OriginalGlmNames names() {
        return names;
    }

    /** The mask for the end of a text: {@code [gMASK]}, or the first of the others that the model has. */
    String endMask() {
        return Stream.concat(names.masks().stream().filter(OriginalGlmNames.END_MASK::equals), names.masks().stream())
                .filter(specialTokens::containsKey)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        file.encode(text, out);
    }

    /**
     * Encodes a text in which the names of masks become their ids; white space on both sides of them, in RoBERTa's kind only before
     * them, is lost, and what lies between is encoded by itself, as by the base class of the original. No other special token is
     * read.
     *
     * @return the text between {@code [CLS]} and {@code <|endoftext|>}, or what the kind has for them; where it has no mask, it has
     *     no blank
     */
    public BlankText encodeBlanks(String text) {
        IntList ids = new IntList(text.length());
        List<String> parts = new ArrayList<>();
        ids.add(specialId(names.begin()));
        int from = 0;
        for (int i = 0; i < text.length(); ) {
            String mask = maskAt(text, i);
            if (mask == null) {
                i++;
                continue;
            }
            addPart(text.substring(from, i), from > 0, true, ids);
            ids.add(specialId(mask));
            parts.add(text.substring(from, i));
            i += mask.length();
            from = i;
        }
        addPart(text.substring(from), from > 0, false, ids);
        parts.add(text.substring(from));
        ids.add(specialId(names.end()));
        return new BlankText(Arrays.stream(ids.toArray()).boxed().toList(), parts);
    }

    private void addPart(String part, boolean maskBefore, boolean maskBehind, IntList ids) {
        int start = 0;
        int end = part.length();
        while (maskBefore && !names.keepsSpaceBehindMasks() && start < end && PythonText.isSpace(part.charAt(start))) {
            start++;
        }
        while (maskBehind && start < end && PythonText.isSpace(part.charAt(end - 1))) {
            end--;
        }
        ids.addAll(file.encode(part.substring(start, end)));
    }

    private @Nullable String maskAt(String text, int index) {
        for (String mask : names.masks()) {
            if (text.startsWith(mask, index) && specialTokens.containsKey(mask)) {
                return mask;
            }
        }
        return null;
    }

    @Override
    public String decode(int... ids) {
        return newDecoder().all(ids);
    }

    @Override
    public IncrementalDecoder newDecoder() {
        return new HidingDecoder(file.newDecoder(), specialIds::contains);
    }

    @Override
    public int vocabularySize() {
        int highest = specialIds.stream().mapToInt(Integer::intValue).max().orElse(0);
        return Math.max(file.vocabularySize(), highest + 1);
    }
}

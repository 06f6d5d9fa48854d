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
 * The tokenizer of the original GLM: the pieces of a file and, as a rule behind them, the tokens of {@code added_tokens.json}
 * ({@code GLMChineseTokenizer} and {@code GLMGPT2Tokenizer} of tokenization_glm.py, as published with glm-10b-chinese and glm-10b).
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class OriginalGlmTokenizer implements Tokenizer {
    /** The masks that stand for blanks: of some words, of a sentence, of a text's end. A model may lack some. */
    private static final List<String> MASKS = List.of("[MASK]", "[sMASK]", "[gMASK]");

    private static final List<String> REQUIRED =
            List.of("[CLS]", "<|endoftext|>", "<|startofpiece|>", "<|endofpiece|>");

    private final Tokenizer file;
    private final Map<String, Integer> specialTokens;
    private final Set<Integer> specialIds;

    /**
     * @param file the pieces
     * @param specialTokens ids by name; {@code [CLS]}, {@code <|endoftext|>}, {@code <|startofpiece|>},
     *     {@code <|endofpiece|>} and a mask must be there
     * @throws IllegalArgumentException if one is missing
     */
    public OriginalGlmTokenizer(Tokenizer file, Map<String, Integer> specialTokens) {
        this.file = file;
        this.specialTokens = Map.copyOf(specialTokens);
        specialIds = new HashSet<>(specialTokens.values());
        REQUIRED.forEach(this::specialId);
        if (MASKS.stream().noneMatch(specialTokens::containsKey)) {
            throw new IllegalArgumentException("no special token among " + MASKS);
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

    /** The mask for the end of a text: {@code [gMASK]}, or {@code [MASK]} where the model has no other. */
    String endMask() {
        return Stream.of("[gMASK]", "[MASK]", "[sMASK]")
                .filter(specialTokens::containsKey)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        file.encode(text, out);
    }

    /**
     * Encodes a text in which the names of masks become their ids; white space on both sides of them is lost, and what lies
     * between is encoded by itself, as by the base class of the original. No other special token is read.
     *
     * @return the text in {@code [CLS]} and {@code <|endoftext|>}; where it has no mask, it has no blank
     */
    public BlankText encodeBlanks(String text) {
        IntList ids = new IntList(text.length());
        List<String> parts = new ArrayList<>();
        ids.add(specialId("[CLS]"));
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
        ids.add(specialId("<|endoftext|>"));
        return new BlankText(Arrays.stream(ids.toArray()).boxed().toList(), parts);
    }

    private void addPart(String part, boolean maskBefore, boolean maskBehind, IntList ids) {
        int start = 0;
        int end = part.length();
        while (maskBefore && start < end && PythonText.isSpace(part.charAt(start))) {
            start++;
        }
        while (maskBehind && start < end && PythonText.isSpace(part.charAt(end - 1))) {
            end--;
        }
        ids.addAll(file.encode(part.substring(start, end)));
    }

    private @Nullable String maskAt(String text, int index) {
        for (String mask : MASKS) {
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

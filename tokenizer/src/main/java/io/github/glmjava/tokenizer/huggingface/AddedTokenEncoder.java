package io.github.glmjava.tokenizer.huggingface;

import io.github.glmjava.tokenizer.ControlTokens;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.bpe.ByteMerger;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a text as the original does: tokens that are not normalized are found in it, what lies between them is normalized, then
 * the others are found, and the rest is split and merged ({@code extract_and_normalize} of {@code added_vocabulary.rs}). Immutable
 * and safe for use by many threads.
 */
final class AddedTokenEncoder {
    private final WordEncoder words;
    private final Normalizer.@Nullable Form normalization;
    private final AddedTokenMatcher original;
    private final AddedTokenMatcher normalized;

    AddedTokenEncoder(TokenizerJson file) {
        words = new WordEncoder(file);
        normalization = file.normalization();
        List<AddedToken> before = new ArrayList<>();
        List<AddedToken> after = new ArrayList<>();
        for (AddedToken token : file.addedTokens()) {
            (token.normalized() ? after : before).add(token);
        }
        original = new AddedTokenMatcher(
                before, before.stream().map(AddedToken::content).toList());
        normalized = new AddedTokenMatcher(
                after, after.stream().map(token -> normalize(token.content())).toList());
    }

    private String normalize(String text) {
        return normalization == null ? text : NormalizedText.of(text, normalization);
    }

    /**
     * The ids of a text.
     *
     * @param control says at which places of the text a token that steers the model may be found
     * @param out takes them
     */
    void encode(String text, ControlTokens control, TokenBuffer out) {
        ByteMerger merger = words.mergers().take(text.length());
        original.split(text, (token, from, to) -> control.areAllowedIn(from, to), new AddedTokenMatcher.Parts() {
            @Override
            public void text(int from, int to) {
                String part = text.substring(from, to);
                String form = normalize(part);
                // Normalizing moves the places, so control tokens must then be allowed everywhere in the part.
                boolean moved = !form.equals(part);
                AddedTokenMatcher.Filter filter = (token, start, end) -> token.isOrdinary()
                        || (moved ? control.areAllowedIn(from, to) : control.areAllowedIn(from + start, from + end));
                encodeNormalized(form, new TextPart(from, to, moved), filter, merger, out);
            }

            @Override
            public void token(AddedToken token, int from, int to) {
                out.add(token.id(), from, to);
            }
        });
        words.mergers().giveBack(merger);
    }

    private void encodeNormalized(
            String text, TextPart part, AddedTokenMatcher.Filter filter, ByteMerger merger, TokenBuffer out) {
        normalized.split(text, filter, new AddedTokenMatcher.Parts() {
            @Override
            public void text(int from, int to) {
                words.encode(text, from, to, part, merger, out);
            }

            @Override
            public void token(AddedToken token, int from, int to) {
                out.add(token.id(), part.start(from), part.end(to));
            }
        });
    }
}

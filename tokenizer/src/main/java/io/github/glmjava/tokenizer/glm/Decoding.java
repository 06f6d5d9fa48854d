package io.github.glmjava.tokenizer.glm;

import io.github.glmjava.tokenizer.IncrementalDecoder;

/** Decodes all ids at once with a decoder of single ids. */
final class Decoding {
    private Decoding() {}

    static String all(IncrementalDecoder decoder, int... ids) {
        StringBuilder out = new StringBuilder(ids.length * 3);
        for (int id : ids) {
            out.append(decoder.append(id));
        }
        return out.append(decoder.finish()).toString();
    }
}

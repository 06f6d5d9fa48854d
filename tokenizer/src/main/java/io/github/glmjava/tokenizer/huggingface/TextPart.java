package io.github.glmjava.tokenizer.huggingface;

/**
 * Where a part that is encoded lies in the whole text. In a part that normalization has changed, places cannot be told apart:
 * every token of it then stands for the whole part.
 *
 * @param from index of its first {@code char}
 * @param to index behind its last {@code char}
 * @param moved whether normalization has changed it
 */
record TextPart(int from, int to, boolean moved) {
    /** The place in the whole text at which the token from this index of the part on begins. */
    int start(int index) {
        return moved ? from : from + index;
    }

    /** The place in the whole text at which the token up to this index of the part ends. */
    int end(int index) {
        return moved ? to : from + index;
    }
}

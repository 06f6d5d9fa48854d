/**
 * Byte-pair encoding on integer symbols, shared by every tokenizer that merges pairs: tables, the merge loop, and the
 * UTF-8 decoding of what comes out. Must not know of any file format or of any model family.
 */
@NullMarked
package io.github.glmjava.tokenizer.bpe;

import org.jspecify.annotations.NullMarked;

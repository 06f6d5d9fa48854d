/**
 * JSON as tokenizers need it: untrusted files into plain values with every field checked, and values into text as Python writes
 * it. Must not know what the fields mean.
 */
@NullMarked
package io.github.glmjava.tokenizer.json;

import org.jspecify.annotations.NullMarked;

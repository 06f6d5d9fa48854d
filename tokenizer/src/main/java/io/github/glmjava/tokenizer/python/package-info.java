/** Text as Python makes it: JSON, representations, stripping. Must not know of tokens and prompts. */
@NullMarked
package io.github.glmjava.tokenizer.python;

import org.jspecify.annotations.NullMarked;

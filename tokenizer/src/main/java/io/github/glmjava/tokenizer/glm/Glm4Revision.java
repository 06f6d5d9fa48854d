package io.github.glmjava.tokenizer.glm;

/** The revisions of GLM-4's {@code tokenization_chatglm.py} whose tool prompts differ. */
public enum Glm4Revision {
    /** The release of June 2024: the prompt names the assistant {@code GLM-4}. */
    RELEASE_2024_06,
    /** Later revisions name it {@code GhatGLM} (their spelling) and put a headline above the tools. */
    LATER
}

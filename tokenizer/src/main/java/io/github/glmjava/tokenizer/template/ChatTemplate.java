package io.github.glmjava.tokenizer.template;

import io.github.glmjava.tokenizer.TokenizerException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A chat template, as {@code chat_template} in {@code tokenizer_config.json} or {@code chat_template.jinja} holds it, rendered as
 * transformers does: a sandboxed part of Jinja with {@code trim_blocks} and {@code lstrip_blocks}. A construct that is not
 * supported is an error when the template is read.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class ChatTemplate {
    private static final int MAX_SOURCE = 1 << 20;

    private final String name;
    private final String source;
    private final List<Statement> statements;
    private final Set<String> texts;

    private ChatTemplate(String name, String source, List<Statement> statements, Set<String> texts) {
        this.name = name;
        this.source = source;
        this.statements = statements;
        this.texts = texts;
    }

    /**
     * Reads a template.
     *
     * @param source at most a million characters
     * @param name what messages call it
     * @throws TokenizerException if the template is malformed or uses something that is not supported; with the line
     */
    public static ChatTemplate parse(String source, String name) throws TokenizerException {
        if (source.length() > MAX_SOURCE) {
            throw new TokenizerException(name + ": " + source.length() + " characters, at most " + MAX_SOURCE);
        }
        List<TemplateToken> tokens = TemplateLexer.tokens(source, name);
        Set<String> texts = tokens.stream()
                .filter(token -> token.kind() == TemplateToken.Kind.STRING)
                .map(TemplateToken::text)
                .collect(Collectors.toUnmodifiableSet());
        return new ChatTemplate(name, source, TemplateParser.parse(tokens, name), texts);
    }

    /** Whether the template has a string constant, such as the name of a role that it asks for. */
    public boolean usesText(String text) {
        return texts.contains(text);
    }

    /** Whether the template has these characters anywhere. */
    public boolean mentions(String characters) {
        return source.contains(characters);
    }

    /**
     * Renders a prompt.
     *
     * @param variables such as {@code messages}, {@code tools} and {@code add_generation_prompt}: JSON values; a name that is
     *     not among them is undefined in the template
     * @return the text, which knows what in it comes from the variables
     * @throws TemplateException if the template rejects the conversation or exceeds a limit
     */
    public TracedText render(Map<String, ?> variables) {
        Scope scope = Scope.global(variables);
        TracedText.Builder out = new TracedText.Builder();
        try {
            Statement.executeAll(statements, scope.inner(), out);
        } catch (TemplateException e) {
            TemplateException located =
                    new TemplateException(name + ": line " + scope.progress().line() + ": " + e.getMessage());
            located.initCause(e);
            throw located;
        }
        return out.build();
    }
}

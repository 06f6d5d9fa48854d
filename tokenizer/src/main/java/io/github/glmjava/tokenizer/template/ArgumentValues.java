package io.github.glmjava.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values that something is called with.
 *
 * @param positional those without a name
 * @param named those with one
 */
record ArgumentValues(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
    /**
     * Puts the values in order.
     *
     * @param callee what is called, for messages
     * @param required how many must be given
     * @param names of all parameters; one that is not given becomes {@link Undefined}
     */
    List<@Nullable Object> bind(String callee, int required, String... names) {
        List<@Nullable Object> bound = new ArrayList<>(positional);
        for (int i = bound.size(); i < names.length; i++) {
            boolean given = named.containsKey(names[i]);
            if (!given && i < required) {
                throw new TemplateException(callee + " needs '" + names[i] + "'");
            }
            bound.add(given ? named.get(names[i]) : new Undefined(names[i]));
        }
        for (String name : named.keySet()) {
            int index = List.of(names).indexOf(name);
            if (index < 0 || index < positional.size()) {
                throw new TemplateException(callee + " has no '" + name + "'" + (index < 0 ? "" : " left"));
            }
        }
        if (bound.size() > names.length) {
            throw new TemplateException(
                    callee + " is called with " + bound.size() + " values, at most " + names.length);
        }
        return bound;
    }
}

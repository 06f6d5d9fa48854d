package io.github.glmjava.tokenizer.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.tokenizer.TokenizerException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The constructs of templates one by one, what is rejected, and hostile templates. */
class ChatTemplateTest {
    private static final Map<String, Object> DATA = data();

    private static Map<String, Object> data() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("text", "Ab c");
        data.put("numbers", List.of(1, 2, 3));
        data.put("map", new LinkedHashMap<>(Map.of("key", "value")));
        data.put("nothing", null);
        data.put("yes", true);
        return data;
    }

    private static TracedText render(String source) {
        try {
            return ChatTemplate.parse(source, "some.jinja").render(DATA);
        } catch (TokenizerException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRenders(String expected, String source) {
        assertEquals(expected, render(source).toString(), source);
    }

    @Test
    void trimsAroundTags() {
        assertRenders("a\nb", "a\n  {% if yes %}\nb{% endif %}\n");
        assertRenders("ab", "a \n {%- if yes -%} \n b{% endif %}");
        assertRenders("a  b", "a  {% if yes %}b{% endif %}");
        assertRenders("  b", "  {%+ if yes %}b{% endif %}");
        assertRenders("\nb", "{% if yes +%}\nb{% endif %}");
        assertRenders("  x\n", "  {{ 'x' }}\n\n");
        assertRenders("ab", "a{# {{ no }} #}\nb");
        assertRenders("a\nb", "a\r\nb");
    }

    @Test
    void evaluatesOperators() {
        assertRenders(
                "7 1 -2 2.5 2 1",
                "{{ 1 + 2 * 3 }} {{ 7 // 4 }} {{ -7 // 4 }} {{ 5 / 2 }} {{ -2 % 4 }} {{ 3 - 1 - 1 }}");
        assertRenders("a1None", "{{ 'a' ~ 1 ~ nothing }}");
        assertRenders("True False True", "{{ 1 < 2 <= 2 }} {{ 'b' in text and 'z' in text }} {{ 4 not in numbers }}");
        assertRenders("x", "{{ nothing or missing or 'x' }}");
        assertRenders("no", "{{ 'yes' if not yes else 'no' }}");
        assertRenders("", "{{ 'yes' if not yes }}");
        assertRenders("3c", "{{ numbers[-1] }}{{ text[-1] }}");
        assertRenders("[2, 3] Ab", "{{ numbers[1:] }} {{ text[:2] }}");
        assertRenders("1 value value ", "{{ numbers.0 }} {{ map.key }} {{ map['key'] }} {{ map.none }}");
        assertRenders("{'a': [1, \"it's\"]}", "{{ {'a': [1, \"it's\"]} }}");
    }

    @Test
    void runsLoops() {
        assertRenders("1,2,3", "{% for n in numbers %}{{ n }}{% if not loop.last %},{% endif %}{% endfor %}");
        assertRenders("0:2 1:3 ", "{% for n in numbers if n > 1 %}{{ loop.index0 }}:{{ n }} {% endfor %}");
        assertRenders("none", "{% for n in missing %}{{ n }}{% else %}none{% endfor %}");
        assertRenders("key=value", "{% for k, v in map.items() %}{{ k }}={{ v }}{% endfor %}");
        assertRenders("0", "{% set x = 0 %}{% for n in numbers %}{% set x = n %}{% endfor %}{{ x }}");
        assertRenders("3", "{% set s = namespace(x=0) %}{% for n in numbers %}{% set s.x = n %}{% endfor %}{{ s.x }}");
        assertRenders("1-", "{% for n in [1, 2] %}{{ x }}{% set x = n %}{{ x if n == 1 else '-' }}{% endfor %}");
    }

    @Test
    void callsMacrosFiltersTestsAndMethods() {
        assertRenders(
                "<a><b1>", "{% macro tag(x, y='') %}<{{ x }}{{ y }}>{% endmacro %}{{ tag('a') }}{{ tag('b', y=1) }}");
        assertRenders("AB C ab c Ab c", "{{ text | upper }} {{ text.lower() }} {{ text | capitalize }}");
        assertRenders("x b", "{{ ' x ' | trim }} {{ 'abba'.strip('a')[1:] }}");
        assertRenders("['a', 'b,c'] ['a', 'b']", "{{ 'a,b,c'.split(',', 1) }} {{ ' a  b '.split() }}");
        assertRenders(
                "{\"key\": \"value\"} 4 1+2+3", "{{ map | tojson }} {{ text | length }} {{ numbers | join('+') }}");
        assertRenders(
                "True True True True",
                "{{ text is string }} {{ map is mapping }} {{ x is not defined }} {{ nothing is none }}");
        assertRenders("d value None", "{{ x | default('d') }} {{ map.get('key') }} {{ map.get('other') }}");
    }

    @Test
    void knowsWhatTheTemplateWrote() {
        TracedText text = render("<|user|>{{ text.strip() + '<|end|>' }}{{ text | replace('b', '|b|') | upper }}");
        String plain = text.toString();
        for (int from = 0; from < plain.length(); from++) {
            for (int to = from + 1; to <= plain.length(); to++) {
                String part = plain.substring(from, to);
                boolean data = overlaps(from, to, 8, 12) || overlaps(from, to, 19, 20) || overlaps(from, to, 23, 25);
                assertEquals(!data, text.areAllowedIn(from, to), part);
            }
        }
        assertEquals("<|user|>Ab c<|end|>A|B| C", plain);
        assertFalse(render("{{ map | tojson }}").areAllowedIn(0, 1));
        assertFalse(render("{{ numbers }}").areAllowedIn(0, 1));
        assertFalse(render("{% for k in map %}{{ k }}{% endfor %}").areAllowedIn(0, 1));
        assertFalse(render("{{ [text] | join('') }}").areAllowedIn(0, 1));
        assertFalse(render("{{ text.split('b')[1] }}").areAllowedIn(0, 1));
    }

    private static boolean overlaps(int from, int to, int start, int end) {
        return from < end && to > start;
    }

    private static void assertMalformed(String reason, String source) {
        TokenizerException e = assertThrows(TokenizerException.class, () -> ChatTemplate.parse(source, "some.jinja"));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("some.jinja: line "), message);
        assertTrue(message.contains(reason), message);
    }

    @Test
    void rejectsWhatItDoesNotKnow() {
        assertMalformed("line 3: found the tag 'include'", "a\n\n{% include 'x' %}");
        assertMalformed("unknown filter 'attr'", "{{ text | attr('x') }}");
        assertMalformed("unknown test 'callable'", "{{ text is callable }}");
        assertMalformed("unknown method 'getClass'", "{{ text.getClass() }}");
        assertMalformed("unexpected character '!'", "{{ !x }}");
        assertMalformed("ends where }}", "{{ text");
        assertMalformed("a string without end", "{{ 'x }}");
        assertMalformed("the template ends", "{% if yes %}");
        assertMalformed("found the tag 'endif'", "{% endif %}");
        assertMalformed("a comment without end", "{# x");
        assertMalformed("nested more than", "{{ " + "(".repeat(100_000));
        assertMalformed("nested more than", "{{ " + "not ".repeat(50_000));
        assertMalformed("nested more than", "{{ " + "-".repeat(50_000) + "1 }}");
        assertMalformed("nested more than", "{% if yes %}".repeat(10_000));
    }

    private static void assertFails(String reason, String source) {
        TemplateException e = assertThrows(TemplateException.class, () -> render(source));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("some.jinja: line "), message);
        assertTrue(message.contains(reason), message);
    }

    @Test
    void namesWhatWentWrong() {
        assertFails("line 2: 'missing' is undefined", "\n{{ missing.part }}");
        assertFails("the template says: no", "{{ raise_exception('no') }}");
        assertFails("'f' is undefined", "{{ f() }}");
        assertFails("'+' is not defined for a text and a number", "{{ 'a' + 1 }}");
        assertFails("cannot set 'x' of a mapping", "{% set map.x = 1 %}");
        assertFails("/ by zero", "{{ 1 // 0 }}");
        assertFails("is no JSON value", "{{ [missing] | tojson }}");
    }

    @Test
    void staysWithinItsLimits() {
        assertTimeout(Duration.ofSeconds(20), () -> {
            assertFails("deep", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
            assertFails("deep", "{{ " + "a or ".repeat(10_000) + "a }}");
            String loop = "{% for a in range(99999) %}";
            assertFails("too", loop + loop + "y" + "{% endfor %}".repeat(2));
            assertFails(
                    "too", "{% set s = namespace(x='xxxxxxxx') %}" + loop + "{% set s.x = s.x + s.x %}{% endfor %}");
        });
    }

    @Test
    void survivesRandomMutations() {
        String original = """
                [gMASK]<sop>{%- set ns = namespace(i=-1) %}{% macro v(c) -%}{{ c if c is string else c | tojson }}{%- endmacro %}
                {% for n in numbers if n != 2 %}{% set ns.i = loop.index0 %}{{ v(n) ~ text.split('b')[-1].strip() }}
                {% else %}x{% endfor %}{% if map.key and not (missing or nothing) %}{{ map['key'][1:] }}{% elif yes %}{# c #}
                {% endif %}{{ {'a': [1, 2.5]} }}""";
        String alphabet = "{}%#-+|()[].,:'\" \n\\aifornx01=<>~*/";
        int[] outcome = new int[3];
        assertTimeout(Duration.ofSeconds(60), () -> {
            Random random = new Random(17);
            for (int round = 0; round < 100_000; round++) {
                StringBuilder mutant = new StringBuilder(original);
                for (int change = random.nextInt(3); change >= 0; change--) {
                    int at = random.nextInt(mutant.length());
                    switch (random.nextInt(4)) {
                        case 0 -> mutant.deleteCharAt(at);
                        case 1 -> mutant.insert(at, original, at / 2, Math.min(original.length(), at / 2 + 9));
                        case 2 -> mutant.delete(at, Math.min(mutant.length() - 1, at + random.nextInt(12)));
                        default -> mutant.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                    }
                }
                try {
                    ChatTemplate.parse(mutant.toString(), "mutant").render(DATA);
                    outcome[0]++;
                } catch (TokenizerException e) {
                    outcome[1]++;
                } catch (TemplateException e) {
                    outcome[2]++;
                }
            }
        });
        assertTrue(Arrays.stream(outcome).allMatch(count -> count > 1000), Arrays.toString(outcome));
    }
}

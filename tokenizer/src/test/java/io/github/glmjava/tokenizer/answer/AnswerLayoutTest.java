package io.github.glmjava.tokenizer.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.glmjava.tokenizer.Answer;
import io.github.glmjava.tokenizer.AnswerParser;
import io.github.glmjava.tokenizer.ToolCall;
import io.github.glmjava.tokenizer.answer.AnswerLayout.CallSyntax;
import io.github.glmjava.tokenizer.answer.AnswerLayout.Reasoning;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Answers are taken apart alike however they are cut, and what is no call is text. */
class AnswerLayoutTest {
    private static final AnswerLayout THIRD = layout(Reasoning.NONE, CallSyntax.NAME_AND_FENCED_BLOCK);
    private static final AnswerLayout FOURTH = layout(Reasoning.NONE, CallSyntax.NAME_AND_JSON);
    private static final AnswerLayout THINKING_FOURTH = layout(Reasoning.BEGUN_BY_PROMPT, CallSyntax.NAME_AND_JSON);
    private static final AnswerLayout TAGGED = layout(Reasoning.MARKED, CallSyntax.TAGGED);
    private static final AnswerLayout THINKING_TAGGED = layout(Reasoning.BEGUN_BY_PROMPT, CallSyntax.TAGGED);

    private static AnswerLayout layout(Reasoning reasoning, CallSyntax calls) {
        return new AnswerLayout(reasoning, calls, AnswerLayout::namingTrainingTime);
    }

    /** The answer, having checked that every cut into two, and many into more, give the same. */
    private static Answer parse(AnswerLayout layout, String answer, Object... tools) {
        List<Object> offered = Arrays.asList(tools);
        Answer whole = layout.parse(answer, offered);
        for (int cut = 0; cut <= answer.length(); cut++) {
            assertEquals(whole, parseInPieces(layout, answer, offered, cut), () -> "cut of " + answer);
        }
        Random random = new Random(answer.length());
        for (int round = 0; round < 20; round++) {
            int[] cuts = random.ints(random.nextInt(answer.length() + 1), 0, answer.length() + 1)
                    .sorted()
                    .toArray();
            assertEquals(whole, parseInPieces(layout, answer, offered, cuts), () -> "cuts of " + answer);
        }
        return whole;
    }

    private static Answer parseInPieces(AnswerLayout layout, String answer, List<?> tools, int... cuts) {
        AnswerParser parser = layout.newParser(tools);
        Answer all = new Answer("", "", List.of());
        int from = 0;
        for (int cut : cuts) {
            all = all.followedBy(parser.append(answer.substring(from, cut)));
            from = cut;
        }
        return all.followedBy(parser.append(answer.substring(from))).followedBy(parser.finish());
    }

    private static Answer text(String text) {
        return new Answer(text, "", List.of());
    }

    private static Answer call(ToolCall... calls) {
        return new Answer("", "", List.of(calls));
    }

    private static Map<String, @Nullable Object> ordered(Object... pairs) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    @Test
    void readsCallsOfChatGlm3() {
        String content = " ```python\ntool_call(city='北京', days=[1, -2.5, True, None])\n```";
        ToolCall weather = new ToolCall(
                "get_weather", content, ordered("city", "北京", "days", Arrays.asList(1L, -2.5, true, null)));
        assertEquals(call(weather), parse(THIRD, "get_weather\n" + content));
        assertEquals("{\"city\": \"北京\", \"days\": [1, -2.5, true, null]}", weather.argumentsJson());
        assertEquals(
                new Answer("让我看看。", "", List.of(weather, weather)),
                parse(THIRD, "\n 让我看看。<|assistant|>get_weather\n" + content + "<|assistant|>get_weather\n" + content));
        String code = "```python\nprint(1)\n```";
        ToolCall interpreter = new ToolCall("interpreter", code, null);
        assertEquals(call(interpreter), parse(THIRD, "interpreter\n" + code));
        assertEquals("{}", interpreter.argumentsJson());
    }

    @Test
    void readsCallsOfGlm4() {
        String content = "{\"city\": \"北京 \\\"}\", \"n\": 3, \"x\": {\"y\": [12345678901234567890, 0.5, null]}}";
        ToolCall weather = new ToolCall(
                "get_weather",
                content,
                ordered(
                        "city",
                        "北京 \"}",
                        "n",
                        3L,
                        "x",
                        Map.of("y", Arrays.asList(new BigInteger("12345678901234567890"), 0.5, null))));
        assertEquals(call(weather), parse(FOURTH, "get_weather\n" + content));
        assertEquals(content, weather.argumentsJson());
        assertEquals(
                new Answer("好。\n完了", "", List.of(weather)),
                parse(FOURTH, "\n好。<|assistant|>get_weather\n" + content + "<|assistant|>\n完了"));
        assertEquals(call(new ToolCall("python", "x = 1\nprint(x)", null)), parse(FOURTH, "python\nx = 1\nprint(x)"));
        assertEquals(
                new Answer("", "hm\n<x>", List.of(new ToolCall("f", "{}", Map.of()))),
                parse(THINKING_FOURTH, "hm\n<x></think>f\n{}"));
    }

    @Test
    void readsTaggedCalls() {
        String first = """

                <arg_key>city</arg_key>
                <arg_value>北京</arg_value>
                <arg_key>days</arg_key>
                <arg_value>[1, 2]</arg_value>
                """;
        String second = "<arg_key>zip</arg_key><arg_value>12345</arg_value>";
        String answer = "\n<think>\nhm <tool_call> \n</think>\nI look.\n<tool_call>weather" + first
                + "</tool_call>\n<tool_call>map" + second + "</tool_call><tool_call>now</tool_call>";
        Answer expected = new Answer(
                "I look.",
                "hm <tool_call>",
                List.of(
                        new ToolCall("weather", first.strip() + "\n", ordered("city", "北京", "days", List.of(1L, 2L))),
                        new ToolCall("map", second, Map.of("zip", 12345L)),
                        new ToolCall("now", "", Map.of())));
        assertEquals(expected, parse(TAGGED, answer));
        assertEquals(expected, parse(THINKING_TAGGED, answer));
        assertEquals(expected, parse(THINKING_TAGGED, answer.substring("\n<think>".length())));
    }

    @Test
    void takesArgumentsForTextsWhereTheToolSaysSo() {
        Map<String, Object> tool = Map.of(
                "name",
                "map",
                "parameters",
                Map.of("properties", Map.of("zip", Map.of("type", "string"), "n", Map.of("type", "integer"))));
        String answer = "<tool_call>map<arg_key>zip</arg_key><arg_value> 12345</arg_value>"
                + "<arg_key>n</arg_key><arg_value>7</arg_value><arg_key>m</arg_key><arg_value>7 up</arg_value></tool_call>";
        Map<String, @Nullable Object> arguments = ordered("zip", " 12345", "n", 7L, "m", "7 up");
        assertEquals(
                arguments, parse(TAGGED, answer, tool).toolCalls().getFirst().arguments());
        assertEquals(
                arguments,
                parse(TAGGED, answer, "x", Map.of("type", "function", "function", tool))
                        .toolCalls()
                        .getFirst()
                        .arguments());
    }

    @Test
    void whatIsNoCallIsText() {
        for (String answer : List.of(
                "你好",
                "Hello\nworld",
                "Hello\n{ is a brace",
                "f\n{\"a\": 1} and more",
                "f\n{\"a\": 1, \"a\": 2}",
                "f\n{\"a\": 1e999}",
                "f\n{\"a\": \"",
                "f\n[1]",
                "f g\n{}",
                "f\n",
                "f\n```python\ntool_call(1)\n```",
                "f\n```python\n__import__('os')\n```",
                "f\n``",
                "<|assistan",
                "<|<|assistant",
                "a".repeat(100) + "\n{}")) {
            String stripped = answer.strip();
            assertEquals(text(stripped), parse(THIRD, answer));
            assertEquals(text(stripped), parse(FOURTH, answer));
        }
        for (String answer : List.of(
                "a < b",
                "<tool_call>f",
                "<tool_call>f</tool_call",
                "<tool_call></tool_call>",
                "<tool_call>f<arg_key>a</arg_key></tool_call> <",
                "<tool_call>f<arg_key>a</arg_key>x<arg_value>1</arg_value></tool_call>",
                "<tool_call>f<arg_key>a</arg_key><arg_value>1</tool_call>",
                "<tool_call>f<arg_value>1</arg_value></tool_call>",
                "<tool_call>f\ng</tool_call>",
                "<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value><arg_key>a</arg_key><arg_value>1</arg_value>"
                        + "</tool_call>",
                "<<tool_call",
                "<think",
                "text <think>no</think>")) {
            assertEquals(text(answer), parse(TAGGED, answer));
        }
        assertEquals(new Answer("", "never ended </thin", List.of()), parse(THINKING_TAGGED, "never ended </thin"));
        assertEquals(new Answer("", "never ended", List.of()), parse(TAGGED, "\n<think>never ended\n"));
    }

    @Test
    void givesOutWhatIsCertain() {
        AnswerParser parser = THINKING_TAGGED.newParser(List.of());
        assertEquals(new Answer("", "hm", List.of()), parser.append("hm"));
        assertEquals(text(""), parser.append(" </thi"));
        assertEquals(new Answer("a", " </this", List.of()), parser.append("s</think>\na"));
        assertEquals(text(" b"), parser.append(" b\n<tool_call>f"));
        assertEquals(call(new ToolCall("f", "", Map.of())), parser.append("</tool_call>"));
        assertEquals(text("\n<"), parser.append("<").followedBy(parser.finish()));
        AnswerParser fourth = FOURTH.newParser(List.of());
        assertEquals(text("Yes,"), fourth.append("Yes, "));
    }

    @Test
    void randomMixturesOfMarksAreTakenApartAlikeHoweverTheyAreCut() {
        String[] parts = {
            "<think>",
            "</think>",
            "<tool_call>",
            "</tool_call>",
            "<arg_key>",
            "</arg_key>",
            "<arg_value>",
            "</arg_value>",
            "<|assistant|>",
            "f",
            "\n",
            " ",
            "{",
            "}",
            "\"",
            "\\",
            "```",
            "tool_call(a=1)",
            "[[",
            "[[训练时间]]",
            "，",
            "<",
            "1"
        };
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            StringBuilder answer = new StringBuilder();
            for (int i = random.nextInt(14); i >= 0; i--) {
                answer.append(parts[random.nextInt(parts.length)]);
            }
            for (AnswerLayout layout : List.of(THIRD, FOURTH, THINKING_FOURTH, TAGGED, THINKING_TAGGED)) {
                parse(layout, answer.toString());
            }
        }
    }

    @Test
    void longAnswersTakeLinearTime() {
        for (String part : List.of("<tool_call>", "<", "f\n{\"a\":", "<arg_key>a</arg_key>", "[[", " ", "f\n```")) {
            for (AnswerLayout layout : List.of(THIRD, FOURTH, TAGGED)) {
                String answer = part.repeat(1_000_000 / part.length());
                Assertions.assertTimeout(
                        Duration.ofSeconds(5),
                        () -> layout.parse(answer, List.of()).isEmpty());
            }
        }
    }
}

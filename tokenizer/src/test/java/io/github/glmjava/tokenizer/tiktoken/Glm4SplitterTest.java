package io.github.glmjava.tokenizer.tiktoken;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The scanner cuts where a regular expression engine does. */
class Glm4SplitterTest {
    // Word for word the pattern of GLM-4; the flags make Java read it as the original's engine does.
    private static final Pattern PATTERN = Pattern.compile(
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);

    private static final String[] PARTS = {
        " ",
        "  ",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\u0085",
        "\u00A0",
        "\u1680",
        "\u180E",
        "\u200B",
        "\u2028",
        "\u3000",
        "\u000B",
        "\u001C",
        "\u001F",
        "'",
        "s",
        "S",
        "\u017F",
        "'ll",
        "'RE",
        "'Ve",
        "'d",
        "'m",
        "a",
        "Z",
        "é",
        "e\u0301",
        "ß",
        "中",
        "あ",
        "ʰ",
        "ǅ",
        "1",
        "12",
        "½",
        "Ⅻ",
        "①",
        "٣",
        "\uD835\uDFD8",
        "\uD801\uDC00",
        "\uD83D\uDE00",
        "!",
        "-",
        "_",
        "，",
        "\u0000",
        "\uE000",
        "\uFFFF"
    };

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int to = Glm4Splitter.endOfMatch(text, from, text.length());
            parts.add(text.substring(from, to));
            from = to;
        }
        return parts;
    }

    @Test
    void cutsLikeTheRegularExpression() {
        Random random = new Random(4);
        for (int round = 0; round < 50_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(PARTS[random.nextInt(PARTS.length)]);
            }
            List<String> expected = new ArrayList<>();
            Matcher matcher = PATTERN.matcher(text);
            while (matcher.find()) {
                expected.add(matcher.group());
            }
            assertEquals(expected, split(text.toString()));
        }
    }

    @Test
    void classifiesLikeTheRegularExpression() {
        Pattern letter = Pattern.compile("\\p{L}");
        Pattern number = Pattern.compile("\\p{N}");
        Pattern space = Pattern.compile("\\s", Pattern.UNICODE_CHARACTER_CLASS);
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            String text = Character.toString(codePoint);
            int expected = letter.matcher(text).matches()
                    ? CharacterClass.LETTER
                    : number.matcher(text).matches()
                            ? CharacterClass.NUMBER
                            : codePoint == '\r' || codePoint == '\n'
                                    ? CharacterClass.LINE_END
                                    : space.matcher(text).matches() ? CharacterClass.SPACE : CharacterClass.OTHER;
            int shown = codePoint;
            assertEquals(expected, CharacterClass.of(codePoint), () -> Integer.toHexString(shown));
        }
    }
}

package io.github.glmjava.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.tokenizer.glm.ChatGlmTokenizer;
import io.github.glmjava.tokenizer.template.ChatTemplate;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Texts that would take minutes if encoding were quadratic. They take no more than a few times what ordinary text of their length takes, in
 * processor time of this thread: what else the machine does hardly matters.
 */
class LongTextTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final int BYTES = 1 << 20;
    private static final int MOST_TIMES = 8;

    /** One slow measurement proves nothing: the code may not be compiled yet. */
    private static final int TRIES = 5;

    private static final String ORDINARY = ordinary();

    private static final List<String> TEXTS =
            List.of(repeat("a"), repeat(" "), " ".repeat(20_000), repeat("床前明月光疑是地上霜舉頭望明月低頭思故鄉"));

    private static final List<String> MORE_TEXTS = List.of(repeat("\n"), repeat("!") + "x", repeat("ab"));

    /** Words of a language that does not exist, often the same ones, with numbers and Chinese between. */
    private static String ordinary() {
        Random random = new Random(3);
        String[] words = new String[4000];
        for (int i = 0; i < words.length; i++) {
            StringBuilder word = new StringBuilder();
            boolean chinese = i % 4 == 0;
            for (int k = random.nextInt(chinese ? 4 : 9); k >= 0; k--) {
                word.append((char) (chinese ? 0x4E00 + random.nextInt(2000) : 'a' + random.nextInt(26)));
            }
            words[i] = i % 50 == 7 ? String.valueOf(i) : word.toString();
        }
        StringBuilder text = new StringBuilder();
        for (int bytes = 0; bytes < BYTES; ) {
            double chosen = random.nextDouble();
            String word = words[(int) (chosen * chosen * chosen * words.length)];
            String behind = random.nextInt(8) == 0 ? ".\n" : random.nextInt(6) == 0 ? ", " : " ";
            text.append(word).append(behind);
            bytes += word.getBytes(StandardCharsets.UTF_8).length + behind.length();
        }
        return text.toString();
    }

    private static String repeat(String part) {
        return part.repeat(BYTES / part.getBytes(StandardCharsets.UTF_8).length);
    }

    /** Nanoseconds that a use of a text takes. */
    private static long time(Consumer<String> use, String text) {
        long start = THREADS.getCurrentThreadCpuTime();
        use.accept(text);
        return THREADS.getCurrentThreadCpuTime() - start;
    }

    private static void assertLinear(Consumer<String> use, List<String> texts) {
        long ordinary = Long.MAX_VALUE;
        for (int i = 0; i < 2; i++) {
            ordinary = Math.min(ordinary, time(use, ORDINARY));
        }
        for (String text : texts) {
            long least = Long.MAX_VALUE;
            for (int i = 0; i < TRIES && least > MOST_TIMES * ordinary; i++) {
                least = Math.min(least, time(use, text));
            }
            String message = "'" + text.substring(0, 8) + "...' took " + least + " ns, ordinary text " + ordinary;
            assertTrue(least <= MOST_TIMES * ordinary, message);
        }
    }

    private static void assertLosesNothingInLinearTime(Tokenizer tokenizer) {
        Consumer<String> use = text -> assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
        assertLinear(use, TEXTS);
        assertLinear(use, MORE_TEXTS);
    }

    @Test
    void bpe() {
        TinyModel model = TinyModel.withControls().whitespace(false, false, false);
        model.pieces("aaaa", "aa", "a", "b", "ab", "▁▁▁▁", "▁▁", "▁", "!!", "明月", "月光")
                .bytePieces();
        assertLosesNothingInLinearTime(model.load());
        SentencePieceTokenizer withUnused = model.piece("\n\n", 0, TinyModel.USER_DEFINED)
                .piece("ba", 0, TinyModel.UNUSED)
                .load();
        assertLosesNothingInLinearTime(withUnused);
    }

    @Test
    void unigram() {
        TinyModel model = TinyModel.withControls().whitespace(false, false, false);
        model.trainer().varint(3, 1);
        model.pieces("aaaa", "aa", "a", "b", "ab", "▁", "▁a", "!!", "明月", "月光").bytePieces();
        assertLosesNothingInLinearTime(model.load());
        // Here a piece reaches from one word into the next.
        SentencePieceTokenizer acrossWords = model.pieces("▁▁▁▁", "a▁b").load();
        assertLosesNothingInLinearTime(acrossWords);
    }

    @Test
    void ranks() {
        TiktokenTokenizer tokenizer = TinyRanks.of("aa", "aaaa", "ab", "  ", "    ", "\n\n", "!!", "明月")
                .load();
        assertLosesNothingInLinearTime(tokenizer);
    }

    @Test
    void huggingFace() {
        HuggingFaceTokenizer tokenizer = new TinyHuggingFace()
                .merge("a", "a")
                .merge("aa", "aa")
                .control("<|user|>")
                .add("<r>", Map.of("normalized", false, "rstrip", true, "lstrip", true))
                .add("  ", Map.of("normalized", true))
                .set("normalizer", Map.of("type", "NFC"))
                .load();
        assertLosesNothingInLinearTime(tokenizer);
    }

    @Test
    void wordPiece() throws Exception {
        StringBuilder vocabulary = new StringBuilder("[UNK]\n");
        for (int length = 1; length <= 99; length++) {
            String run = "a".repeat(length);
            vocabulary
                    .append(run)
                    .append("\n##")
                    .append(run)
                    .append("\n##")
                    .append(run)
                    .append("b\n");
        }
        WordPieceTokenizer tokenizer = WordPieceTokenizer.parse(
                vocabulary.toString().getBytes(StandardCharsets.UTF_8), "some.txt", WordPieceRules.uncased());
        Consumer<String> use = text -> tokenizer.decode(tokenizer.encode(text));
        assertLinear(use, TEXTS);
        assertLinear(
                use,
                List.of(
                        repeat("a".repeat(99) + "c "),
                        repeat("\u0301"),
                        repeat("\uD834\uDD6D\uD834\uDD65"),
                        repeat("é"),
                        repeat("' ' '"),
                        repeat("한국어는 아름답다")));
    }

    @Test
    void controlTokens() {
        HuggingFaceTokenizer tokenizer = new TinyHuggingFace()
                .control("<|user|>")
                .add("<r>", Map.of("normalized", false, "rstrip", true, "lstrip", true))
                .add("<w>", Map.of("normalized", false, "single_word", true))
                .set("normalizer", Map.of("type", "NFC"))
                .load();
        assertLinear(
                tokenizer::encodeWithControlTokens,
                List.of(
                        repeat("<|user|"),
                        repeat("<|user|>"),
                        repeat("<r> "),
                        "<r>" + repeat(" ") + "<r>",
                        repeat("<w>"),
                        repeat("<"),
                        repeat("\u0301\u0323")));
    }

    @Test
    void prompts() throws Exception {
        ChatTemplate template = ChatTemplate.parse(
                "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|assistant|>", "some template");
        HuggingFaceTokenizer tokenizer =
                new TinyHuggingFace().control("<|user|>", "<|assistant|>").load();
        TemplatePromptFormat format = TemplatePromptFormat.of(tokenizer, template);
        assertLinear(text -> format.encodeChat(List.of(ChatMessage.user(text))), TEXTS);
        assertLinear(text -> format.answerFormat().parse(text, List.of()), TEXTS);
    }

    @Test
    void whiteSpaceOfChatGlm() throws Exception {
        SentencePieceTokenizer file =
                SentencePieceTokenizer.load(SharedFiles.require("tokenizers/chatglm-6b/ice_text.model"));
        Tokenizer tokenizer = new ChatGlmTokenizer(file, 0);
        assertLinear(text -> tokenizer.decode(tokenizer.encode(text)), TEXTS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chatglm-6b/ice_text.model",
                "chatglm2-6b/tokenizer.model",
                "glm-4-9b/tokenizer.model",
                "glm-10b-chinese/cog-pretrain.model",
                "sp-internlm2/tokenizer.model",
                "hf-bpe-neox/tokenizer.json"
            })
    void published(String file) throws Exception {
        Tokenizer tokenizer = TokenizerFiles.load(SharedFiles.require("tokenizers/" + file));
        assertLinear(text -> tokenizer.decode(tokenizer.encode(text)), TEXTS);
    }
}

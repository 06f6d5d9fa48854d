package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.glmjava.Cancellation;
import io.github.glmjava.ChatOptions;
import io.github.glmjava.ChatSession;
import io.github.glmjava.FinishReason;
import io.github.glmjava.GenerationOptions;
import io.github.glmjava.GenerationRequest;
import io.github.glmjava.GenerationResult;
import io.github.glmjava.GlmModel;
import io.github.glmjava.demo.DemoModel;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A trained model through the public API, against what PyTorch computes for it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoModelTest {
    /** The id of the model's {@code </s>}. */
    private static final int END = 2;

    /** Where the two best logits are nearer than this, another choice than the expected is not wrong. */
    private static final double NEAR_TIE = 1e-3;

    private final Path folder;
    private final GlmModel model;
    private final PromptFormat format;

    DemoModelTest() throws IOException {
        folder = DemoModel.folder();
        model = GlmModel.load(folder);
        format = model.promptFormat();
    }

    @AfterAll
    void close() {
        model.close();
    }

    private JsonNode json(String file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(folder.resolve(file)));
    }

    private static int[] ids(JsonNode node, String field) {
        return node.required(field).valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static GenerationOptions greedy(int maxNewTokens) {
        return GenerationOptions.builder()
                .doSample(false)
                .maxNewTokens(maxNewTokens)
                .build();
    }

    @Test
    void greedyAnswersAreThePublishedOnes() throws IOException {
        JsonNode examples = json("examples.json").required("examples");
        int complete = 0;
        for (JsonNode example : examples) {
            String prompt = example.required("prompt").asString();
            List<ChatMessage> messages = new ArrayList<>();
            for (JsonNode earlier : example.path("history")) {
                String content = earlier.required("content").asString();
                boolean users = earlier.required("role").asString().equals("user");
                messages.add(users ? ChatMessage.user(content) : ChatMessage.assistant(content));
            }
            messages.add(ChatMessage.user(prompt));
            assertArrayEquals(ids(example, "input_ids"), format.encodeChat(messages), prompt);

            int[] expected = ids(example, "output_ids");
            GenerationResult result =
                    model.generate(GenerationRequest.ofChat(messages).withOptions(greedy(expected.length)));
            int[] actual = result.ids();
            if (result.finishReason() == FinishReason.STOP) {
                actual = Arrays.copyOf(actual, actual.length + 1);
                actual[actual.length - 1] = END;
            }
            int mismatch = Arrays.mismatch(expected, actual);
            if (mismatch < 0) {
                complete++;
                assertEquals(example.required("text").asString(), result.answer());
            } else {
                int[] wrong = actual;
                double margin =
                        example.required("top2_margin").required(mismatch).asDouble();
                assertTrue(
                        margin < NEAR_TIE,
                        () -> prompt + ": step " + mismatch + " of " + Arrays.toString(wrong) + ", margin " + margin);
            }
        }
        assertTrue(complete > examples.size() * 3 / 4, complete + " of " + examples.size() + " without a near-tie");
    }

    /** By the method that {@code validation.json} states, over all of its held-out poems. */
    @Test
    void perplexityIsThePublishedOne() throws IOException {
        JsonNode published = json("validation.json");
        List<String> records = Files.readAllLines(folder.resolve("validation.txt"));
        assertEquals(published.required("records").asInt(), records.size());
        double sum = 0;
        int counted = 0;
        for (int i = 0; i < records.size(); i++) {
            String[] parts = records.get(i).split("\t", -1);
            int[] prompt = format.encodeChat(List.of(ChatMessage.user(parts[0])));
            Tokenizer tokenizer = format.tokenizer();
            int[] lineBreak = tokenizer.encode("\n");
            int[] response = tokenizer.encode(parts[1].replace("\\n", "\n"));
            int[] all = Stream.of(prompt, lineBreak, response, new int[] {END})
                    .flatMapToInt(IntStream::of)
                    .toArray();
            int first = prompt.length + lineBreak.length;
            double loss = negativeLogLikelihood(all, first);
            if (i < published.required("record_nll_first_20").size()) {
                assertEquals(
                        published.required("record_nll_first_20").required(i).asDouble(), loss, 0.002, records.get(i));
            }
            sum += loss;
            counted += all.length - first;
        }
        assertEquals(published.required("counted_tokens").asInt(), counted);
        double perplexity = Math.exp(sum / counted);
        System.out.println("perplexity of the demo model: " + perplexity);
        double expected = published.required("perplexity").asDouble();
        assertEquals(expected, perplexity, 0.0001 * expected);
    }

    /** Of the tokens from index {@code first} on, each after all that come before it. */
    private double negativeLogLikelihood(int[] ids, int first) {
        float[][] logits = model.logits(ids);
        double loss = 0;
        for (int i = first; i < ids.length; i++) {
            float[] row = logits[i - 1];
            double largest = Double.NEGATIVE_INFINITY;
            for (float logit : row) {
                largest = Math.max(largest, logit);
            }
            double normalizer = 0;
            for (float logit : row) {
                normalizer += Math.exp(logit - largest);
            }
            loss += largest + Math.log(normalizer) - row[ids[i]];
        }
        return loss;
    }

    /** A session computes only what is new, and says what one request with the whole conversation says. */
    @Test
    void aSecondTurnReusesTheFirst() {
        ChatOptions options = ChatOptions.builder().generation(greedy(100)).build();
        try (ChatSession chat = model.chat(options)) {
            GenerationResult first = chat.send("李白的《静夜思》");
            assertEquals(0, first.usage().cachedTokens());
            GenerationResult second = chat.send("续写：床前明月光");
            int firstTurn = first.usage().promptTokens() + first.usage().generatedTokens();
            assertTrue(second.usage().cachedTokens() >= firstTurn - 1, () -> first + " " + second);

            List<ChatMessage> conversation = chat.history().subList(0, 3);
            GenerationResult fresh =
                    model.generate(GenerationRequest.ofChat(conversation).withOptions(greedy(100)));
            assertEquals(fresh.usage().promptTokens(), second.usage().promptTokens());
            assertArrayEquals(fresh.ids(), second.ids());
            assertEquals(fresh.answer(), second.answer());
        }
    }

    @Test
    void anotherThreadCanCancel() throws InterruptedException {
        Cancellation cancellation = new Cancellation();
        CountDownLatch started = new CountDownLatch(1);
        Thread canceller = new Thread(() -> {
            try {
                started.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            cancellation.cancel();
        });
        canceller.start();
        GenerationOptions.Builder endless = greedy(400).toBuilder();
        for (int stop : format.stopIds()) {
            endless.logitBias(stop, Double.NEGATIVE_INFINITY);
        }
        GenerationRequest request =
                GenerationRequest.ofText("春").withOptions(endless.build()).withCancellation(cancellation);
        GenerationResult result = model.generate(request, token -> {
            started.countDown();
            if (token.index() == 20) {
                try {
                    canceller.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        assertEquals(FinishReason.CANCELLED, result.finishReason());
        assertTrue(result.ids().length >= 1 && result.ids().length <= 21, result::toString);
    }
}

package io.github.glmjava.engine;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.glmjava.GlmModel;
import io.github.glmjava.LoadOptions;
import io.github.glmjava.WeightFormat;
import io.github.glmjava.fixture.GoldenCase;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Closing a model that another thread computes with: memory that kernels read is not freed under them. */
@Timeout(60)
class ClosingTest {
    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void aClosedModelEndsWhatOtherThreadsCompute(WeightFormat weights) throws IOException, InterruptedException {
        GoldenCase golden = GoldenCase.open("chatglm3_bf16");
        for (int round = 0; round < 10; round++) {
            AtomicReference<@Nullable Throwable> end = new AtomicReference<>();
            CountDownLatch computing = new CountDownLatch(1);
            Thread thread;
            try (GlmModel model = GlmModel.load(
                    golden.folder(),
                    LoadOptions.builder().weights(weights).threads(2).build())) {
                thread = new Thread(() -> {
                    try {
                        while (true) {
                            model.logits(1, 2, 3);
                            computing.countDown();
                        }
                    } catch (RuntimeException | Error e) {
                        end.set(e);
                        computing.countDown();
                    }
                });
                thread.start();
                computing.await();
                Thread.sleep(0, 100_000 * round);
            }
            thread.join();
            assertInstanceOf(IllegalStateException.class, end.get());
        }
    }
}

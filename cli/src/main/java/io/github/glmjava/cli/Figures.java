package io.github.glmjava.cli;

import io.github.glmjava.GenerationResult;
import io.github.glmjava.Usage;
import java.util.Locale;

/** Numbers as people read them. */
final class Figures {
    private Figures() {}

    /** Counts and speeds of a generation. */
    static String speed(GenerationResult result) {
        Usage usage = result.usage();
        String cached =
                usage.cachedTokens() == 0 ? "" : String.format(Locale.ROOT, ", %d cached", usage.cachedTokens());
        return String.format(
                Locale.ROOT,
                "[%d tokens, %.1f tokens/s; prompt %d tokens%s, %.1f tokens/s; first token after %d ms]",
                usage.generatedTokens(),
                result.timing().generatedTokensPerSecond(usage),
                usage.promptTokens(),
                cached,
                result.timing().promptTokensPerSecond(usage),
                result.timing().timeToFirstToken().toMillis());
    }

    /** A number of bytes in a unit that fits. */
    static String bytes(long bytes) {
        String[] units = {"bytes", "KB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }

    /** A count with its thousands marked. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}

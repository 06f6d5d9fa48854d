package io.github.glmjava.cli;

import io.github.glmjava.LoadListener;
import java.util.Locale;

/** A line of progress for every tenth. */
final class TenthsListener implements LoadListener {
    private final CommandStreams streams;
    private int told;

    private TenthsListener(CommandStreams streams) {
        this.streams = streams;
    }

    /** Tells people who watch or asked for it; nobody else. */
    static LoadListener of(GlmCommand glm) {
        return glm.verbose() || glm.streams().interactive()
                ? new TenthsListener(glm.streams())
                : (stage, fraction) -> {};
    }

    @Override
    public void onProgress(String stage, double fraction) {
        int tenths = (int) (10 * fraction);
        if (tenths > told) {
            told = tenths;
            streams.message(String.format(Locale.ROOT, "%d %%", 10 * tenths));
        }
    }
}

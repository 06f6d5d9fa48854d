package io.github.glmjava.generation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** For tests: a sequence whose logits are a function of the ids that it holds. */
public class ScriptedSequence implements TokenSequence {
    /** The logits that follow some ids. */
    @FunctionalInterface
    public interface Script {
        /** Fills in the logits, all zero before, for the first so many ids. */
        void follow(int[] ids, int length, float[] logits);
    }

    private final Script script;
    private final int contextLimit;
    private final int[] ids;
    private final float[] logits;
    private int length;
    private boolean logitsValid;
    private boolean closed;
    private long fed;
    private int largestAppend;

    public ScriptedSequence(Script script, int contextLimit, int vocabularySize) {
        this.script = script;
        this.contextLimit = contextLimit;
        ids = new int[contextLimit];
        logits = new float[vocabularySize];
    }

    public ScriptedSequence(Script script) {
        this(script, 4096, ByteTokenizer.SIZE);
    }

    /** A model that gives these answers in turn, in chats of {@link ByteTokenizer}, and ends each by its stop token. */
    public static Script answering(String... answers) {
        return (ids, length, logits) -> {
            int turns = 0;
            int begin = 0;
            for (int i = 0; i < length; i++) {
                if (ids[i] == ByteTokenizer.ASSISTANT) {
                    turns++;
                    begin = i + 1;
                }
            }
            byte[] answer = answers[turns - 1].getBytes(StandardCharsets.UTF_8);
            int done = length - begin;
            logits[done < answer.length ? answer[done] & 0xFF : ByteTokenizer.STOP] = 10;
        };
    }

    /** A model that continues any prompt of the given length with these tokens, then with the stop token. */
    public static Script continuing(int promptLength, int... tokens) {
        return (ids, length, logits) -> {
            int done = length - promptLength;
            logits[done < tokens.length ? tokens[done] : ByteTokenizer.STOP] = 10;
        };
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int contextLimit() {
        return contextLimit;
    }

    @Override
    public int vocabularySize() {
        return logits.length;
    }

    @Override
    public void append(int[] more, int from, int to) {
        if (closed || to <= from || length + to - from > contextLimit) {
            throw new IllegalStateException("append of " + (to - from) + " to " + length);
        }
        System.arraycopy(more, from, ids, length, to - from);
        length += to - from;
        fed += to - from;
        largestAppend = Math.max(largestAppend, to - from);
        logitsValid = true;
    }

    @Override
    public float[] logits() {
        if (closed || !logitsValid) {
            throw new IllegalStateException("no logits");
        }
        Arrays.fill(logits, 0);
        script.follow(ids, length, logits);
        return logits;
    }

    @Override
    public void truncate(int newLength) {
        if (closed || newLength < 0 || newLength > length) {
            throw new IllegalStateException("truncate to " + newLength);
        }
        length = newLength;
        logitsValid = false;
    }

    @Override
    public void close() {
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }

    /** How many tokens were fed in all. */
    public long fed() {
        return fed;
    }

    public int largestAppend() {
        return largestAppend;
    }

    public int[] held() {
        return Arrays.copyOf(ids, length);
    }
}

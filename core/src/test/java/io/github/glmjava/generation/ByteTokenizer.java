package io.github.glmjava.generation;

import io.github.glmjava.tokenizer.AnswerFormat;
import io.github.glmjava.tokenizer.ChatMessage;
import io.github.glmjava.tokenizer.ChatRole;
import io.github.glmjava.tokenizer.IncrementalDecoder;
import io.github.glmjava.tokenizer.PromptFormat;
import io.github.glmjava.tokenizer.TokenBuffer;
import io.github.glmjava.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** For tests: each byte of UTF-8 is a token, control tokens follow after the bytes. */
public class ByteTokenizer implements Tokenizer, PromptFormat {
    public static final int STOP = 256;
    public static final int PREFIX = 257;
    public static final int SYSTEM = 258;
    public static final int USER = 259;
    public static final int ASSISTANT = 260;
    public static final int OBSERVATION = 261;
    public static final int SIZE = 262;

    @Override
    public void encode(CharSequence text, TokenBuffer out) {
        for (byte b : text.toString().getBytes(StandardCharsets.UTF_8)) {
            out.add(b & 0xFF, 0, text.length());
        }
    }

    @Override
    public String decode(int... ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            if (id < STOP) {
                bytes.write(id);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public IncrementalDecoder newDecoder() {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        return new IncrementalDecoder() {
            private final ByteBuffer bytes = ByteBuffer.allocate(16);
            private final CharBuffer chars = CharBuffer.allocate(32);

            @Override
            public String append(int id) {
                if (id >= STOP) {
                    return "";
                }
                bytes.put((byte) id).flip();
                decoder.decode(bytes, chars, false);
                bytes.compact();
                return take();
            }

            @Override
            public String finish() {
                bytes.flip();
                decoder.decode(bytes, chars, true);
                decoder.flush(chars);
                return take();
            }

            private String take() {
                String text = chars.flip().toString();
                chars.clear();
                return text;
            }
        };
    }

    @Override
    public int vocabularySize() {
        return SIZE;
    }

    @Override
    public Tokenizer tokenizer() {
        return this;
    }

    @Override
    public int[] encodeText(String text) {
        return text.isEmpty()
                ? new int[0]
                : IntStream.concat(IntStream.of(PREFIX), IntStream.of(encode(text)))
                        .toArray();
    }

    @Override
    public int[] encodeChat(List<ChatMessage> messages) {
        return IntStream.concat(
                        messages.stream()
                                .flatMapToInt(message -> IntStream.concat(
                                        IntStream.of(control(message.role())),
                                        IntStream.of(encode(message.content())))),
                        IntStream.of(ASSISTANT))
                .toArray();
    }

    private static int control(ChatRole role) {
        return switch (role) {
            case SYSTEM -> SYSTEM;
            case USER -> USER;
            case ASSISTANT -> ASSISTANT;
            case OBSERVATION -> OBSERVATION;
        };
    }

    @Override
    public int[] encodeContinuation(List<ChatMessage> earlier, List<ChatMessage> next) {
        return encodeChat(next);
    }

    @Override
    public int[] stopIds() {
        return new int[] {STOP};
    }

    @Override
    public AnswerFormat answerFormat() {
        return AnswerFormat.text();
    }
}

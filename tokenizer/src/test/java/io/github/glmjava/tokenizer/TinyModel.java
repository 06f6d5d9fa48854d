package io.github.glmjava.tokenizer;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** Writes small SentencePiece models by hand, also malformed ones. */
public final class TinyModel {
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    private final Message model = new Message();
    private final Message trainer = new Message().varint(3, 2);
    private final Message normalizer = new Message();

    /** A protobuf message. */
    static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

        private interface Writing {
            void run() throws IOException;
        }

        private Message write(Writing writing) {
            try {
                writing.run();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Message varint(int field, int value) {
            return write(() -> out.writeInt32(field, value));
        }

        Message bool(int field, boolean value) {
            return write(() -> out.writeBool(field, value));
        }

        Message real(int field, float value) {
            return write(() -> out.writeFloat(field, value));
        }

        Message text(int field, String value) {
            return write(() -> out.writeString(field, value));
        }

        Message binary(int field, byte... value) {
            return write(() -> out.writeByteArray(field, value));
        }

        Message message(int field, Message value) {
            return binary(field, value.toBytes());
        }

        byte[] toBytes() {
            write(out::flush);
            return bytes.toByteArray();
        }
    }

    /** Without any piece. */
    TinyModel() {}

    /** With {@code <unk>} as 0, {@code <s>} as 1 and {@code </s>} as 2. */
    public static TinyModel withControls() {
        return new TinyModel()
                .piece("<unk>", 0, UNKNOWN)
                .piece("<s>", 0, CONTROL)
                .piece("</s>", 0, CONTROL);
    }

    TinyModel piece(String text, float score, int type) {
        model.message(1, new Message().text(1, text).real(2, score).varint(3, type));
        return this;
    }

    public TinyModel pieces(String... texts) {
        for (int i = 0; i < texts.length; i++) {
            piece(texts[i], -i, NORMAL);
        }
        return this;
    }

    public TinyModel bytePieces() {
        trainer.bool(35, true);
        for (int value = 0; value < 256; value++) {
            piece(String.format("<0x%02X>", value), 0, BYTE);
        }
        return this;
    }

    /** The three switches for white space. */
    public TinyModel whitespace(boolean dummyPrefix, boolean removeExtra, boolean asSuffix) {
        normalizer.bool(3, dummyPrefix).bool(4, removeExtra);
        trainer.bool(24, asSuffix);
        return this;
    }

    Message trainer() {
        return trainer;
    }

    Message normalizer() {
        return normalizer;
    }

    Message model() {
        return model;
    }

    byte[] toBytes() {
        byte[] pieces = model.toBytes();
        byte[] settings =
                new Message().message(2, trainer).message(3, normalizer).toBytes();
        byte[] all = Arrays.copyOf(pieces, pieces.length + settings.length);
        System.arraycopy(settings, 0, all, pieces.length, settings.length);
        return all;
    }

    public SentencePieceTokenizer load() {
        try {
            return SentencePieceTokenizer.parse(toBytes(), "tiny.model");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

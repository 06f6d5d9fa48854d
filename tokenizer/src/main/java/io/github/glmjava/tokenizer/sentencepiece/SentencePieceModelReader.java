package io.github.glmjava.tokenizer.sentencepiece;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.github.glmjava.tokenizer.TokenizerException;
import io.github.glmjava.tokenizer.bpe.ByteStrings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the protobuf message {@code ModelProto} of {@code sentencepiece_model.proto} from its wire format. The top-level
 * fields may come in any order; fields that do not matter for encoding and decoding are skipped.
 */
public final class SentencePieceModelReader {
    private static final int MAX_PIECES = 900_000;
    private static final int MAX_USER_DEFINED_BYTES = 1 << 18;

    // A trie has a number for each piece and at most one for each character but the last of a piece, all below 2^21.
    private static final int MAX_UNIGRAM_NODES = (1 << 21) - 1 - MAX_USER_DEFINED_BYTES;
    private static final int MODEL_TYPE_UNIGRAM = 1;
    private static final int MODEL_TYPE_BPE = 2;
    private static final List<String> MODEL_TYPES = List.of("?", "UNIGRAM", "BPE", "WORD", "CHAR");

    private final String file;
    private final CodedInputStream input;

    private final ByteStrings.Builder texts = new ByteStrings.Builder();
    private final List<PieceType> types = new ArrayList<>();
    private float[] scores = new float[1024];

    // The defaults are those of the proto file.
    private int modelType = MODEL_TYPE_UNIGRAM;
    private boolean byteFallback;
    private boolean whitespaceAsSuffix;
    private String unknownSurface = " \u2047 ";
    private String bosPiece = "<s>";
    private String eosPiece = "</s>";
    private int userDefinedBytes;

    /** The characters of NORMAL pieces but the last of each. */
    private int innerCharacters;

    private final int[] reservedIds = {-1, -1, -1, -1};
    private boolean addDummyPrefix = true;
    private boolean removeExtraWhitespaces = true;
    private boolean escapeWhitespaces = true;
    private byte[] charsmap = new byte[0];

    private SentencePieceModelReader(byte[] content, String file) {
        this.file = file;
        this.input = CodedInputStream.newInstance(content);
    }

    /**
     * Reads and validates a model.
     *
     * @param content the whole file
     * @param file its name, for messages
     * @throws TokenizerException if it is malformed or uses a feature that is not supported
     */
    public static SentencePieceModel read(byte[] content, String file) throws TokenizerException {
        SentencePieceModelReader reader = new SentencePieceModelReader(content, file);
        try {
            reader.readModel();
        } catch (InvalidProtocolBufferException e) {
            throw new TokenizerException(
                    file + ": not a SentencePiece model: byte " + reader.input.getTotalBytesRead() + " of "
                            + content.length + ": " + e.getMessage(),
                    e);
        } catch (TokenizerException e) {
            throw e;
        } catch (IOException e) {
            throw new TokenizerException(file + ": " + e.getMessage(), e);
        }
        return reader.build();
    }

    private TokenizerException malformed(String what) {
        return new TokenizerException(file + ": " + what);
    }

    /** Reads one field of the message at hand. */
    private interface FieldReader {
        /** Returns false if the field is not known. */
        boolean read(int number, int wireType) throws IOException;
    }

    private void readFields(String message, FieldReader reader) throws IOException {
        for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
            int number = WireFormat.getTagFieldNumber(tag);
            int wireType = WireFormat.getTagWireType(tag);
            if (wireType == WireFormat.WIRETYPE_START_GROUP || wireType == WireFormat.WIRETYPE_END_GROUP) {
                throw malformed(message + " has a group as field " + number + ", expected no groups");
            }
            if (!reader.read(number, wireType)) {
                input.skipField(tag);
            }
        }
    }

    private void readMessage(String name, int wireType, FieldReader reader) throws IOException {
        expect(name, wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        int limit = input.pushLimit(input.readRawVarint32());
        readFields(name, reader);
        input.popLimit(limit);
    }

    private void expect(String field, int found, int expected) throws TokenizerException {
        if (found != expected) {
            throw malformed(field + " has wire type " + found + ", expected " + expected);
        }
    }

    private boolean readBool(String field, int wireType) throws IOException {
        expect(field, wireType, WireFormat.WIRETYPE_VARINT);
        return input.readBool();
    }

    private int readInt(String field, int wireType) throws IOException {
        expect(field, wireType, WireFormat.WIRETYPE_VARINT);
        return input.readInt32();
    }

    private byte[] readUtf8(String field, int wireType) throws IOException {
        expect(field, wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        byte[] bytes = input.readByteArray();
        decode(field, bytes);
        return bytes;
    }

    private String decode(String field, byte[] bytes) throws TokenizerException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new TokenizerException(file + ": " + field + " is not valid UTF-8", e);
        }
    }

    private String readString(String field, int wireType) throws IOException {
        return new String(readUtf8(field, wireType), StandardCharsets.UTF_8);
    }

    private void readModel() throws IOException {
        readFields("ModelProto", (number, wireType) -> {
            switch (number) {
                case 1 -> readPiece(wireType);
                case 2 -> readMessage("trainer_spec", wireType, this::readTrainerField);
                case 3 -> readMessage("normalizer_spec", wireType, this::readNormalizerField);
                case 5 -> readMessage("denormalizer_spec", wireType, this::readDenormalizerField);
                default -> {
                    return false;
                }
            }
            return true;
        });
    }

    private void readPiece(int wireType) throws IOException {
        int id = types.size();
        if (id == MAX_PIECES) {
            throw malformed("more than " + MAX_PIECES + " pieces");
        }
        String name = "piece " + id;
        if (id == scores.length) {
            scores = Arrays.copyOf(scores, id * 2);
        }
        byte[][] text = {new byte[0]};
        PieceType[] type = {PieceType.NORMAL};
        readMessage(name, wireType, (number, fieldType) -> {
            switch (number) {
                case 1 -> text[0] = readUtf8(name, fieldType);
                case 2 -> {
                    expect(name + " score", fieldType, WireFormat.WIRETYPE_FIXED32);
                    scores[id] = input.readFloat();
                }
                case 3 -> type[0] = pieceType(name, readInt(name + " type", fieldType));
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (text[0].length == 0 || text[0].length > ByteStrings.MAX_LENGTH) {
            throw malformed(name + " has " + text[0].length + " bytes, expected 1 to " + ByteStrings.MAX_LENGTH);
        }
        if (!Float.isFinite(scores[id])) {
            throw malformed(name + " has score " + scores[id] + ", expected a finite number");
        }
        innerCharacters += type[0] == PieceType.NORMAL ? characters(text[0]) - 1 : 0;
        userDefinedBytes += type[0] == PieceType.USER_DEFINED ? text[0].length : 0;
        if (userDefinedBytes > MAX_USER_DEFINED_BYTES) {
            throw malformed("USER_DEFINED pieces of more than " + MAX_USER_DEFINED_BYTES + " bytes");
        }
        texts.add(text[0]);
        types.add(type[0]);
    }

    private static int characters(byte[] utf8) {
        int count = 0;
        for (byte b : utf8) {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }

    private PieceType pieceType(String name, int number) throws TokenizerException {
        PieceType[] all = PieceType.values();
        if (number < 1 || number > all.length) {
            throw malformed(name + " has type " + number + ", expected 1 to " + all.length);
        }
        return all[number - 1];
    }

    private boolean readTrainerField(int number, int wireType) throws IOException {
        switch (number) {
            case 3 -> modelType = readInt("model_type", wireType);
            case 24 -> whitespaceAsSuffix = readBool("treat_whitespace_as_suffix", wireType);
            case 35 -> byteFallback = readBool("byte_fallback", wireType);
            case 40, 41, 42, 43 -> reservedIds[number - 40] = readInt("trainer_spec field " + number, wireType);
            case 44 -> unknownSurface = readString("unk_surface", wireType);
            case 46 -> bosPiece = readString("bos_piece", wireType);
            case 47 -> eosPiece = readString("eos_piece", wireType);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readNormalizerField(int number, int wireType) throws IOException {
        switch (number) {
            case 2 -> {
                expect("normalizer_spec precompiled_charsmap", wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                charsmap = input.readByteArray();
            }
            case 3 -> addDummyPrefix = readBool("add_dummy_prefix", wireType);
            case 4 -> removeExtraWhitespaces = readBool("remove_extra_whitespaces", wireType);
            case 5 -> escapeWhitespaces = readBool("escape_whitespaces", wireType);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readDenormalizerField(int number, int wireType) throws IOException {
        if (number != 2) {
            return false;
        }
        expect("denormalizer_spec precompiled_charsmap", wireType, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        int length = input.readByteArray().length;
        if (length > 0) {
            throw malformed("not supported: denormalizer_spec has a precompiled_charsmap of " + length + " bytes");
        }
        return true;
    }

    private SentencePieceModel build() throws TokenizerException {
        int count = types.size();
        if (count == 0) {
            throw malformed("no pieces");
        }
        if (modelType != MODEL_TYPE_UNIGRAM && modelType != MODEL_TYPE_BPE) {
            String name = modelType > 0 && modelType < MODEL_TYPES.size() ? MODEL_TYPES.get(modelType) : "?";
            throw malformed("model_type " + modelType + " (" + name + "), expected 1 (UNIGRAM) or 2 (BPE)");
        }
        for (int i = 0; i < reservedIds.length; i++) {
            if (reservedIds[i] < -1 || reservedIds[i] >= count) {
                throw malformed("trainer_spec field " + (40 + i) + " is the id " + reservedIds[i] + ", expected -1 to "
                        + (count - 1));
            }
        }
        if (modelType == MODEL_TYPE_UNIGRAM && count + innerCharacters > MAX_UNIGRAM_NODES) {
            throw malformed(count + " pieces and " + innerCharacters
                    + " characters of NORMAL ones, the last of each not counted, expected at most " + MAX_UNIGRAM_NODES
                    + " together");
        }
        ByteStrings pieces;
        try {
            pieces = texts.build();
        } catch (ByteStrings.DuplicateException e) {
            throw new TokenizerException(
                    file + ": pieces " + e.first() + " and " + e.second() + " have the same text", e);
        }
        return new SentencePieceModel(
                pieces,
                Arrays.copyOf(scores, count),
                types,
                findBytes(pieces),
                findUnknown(),
                new SentencePieceModel.Settings(
                        modelType == MODEL_TYPE_BPE ? SentencePieceModel.Kind.BPE : SentencePieceModel.Kind.UNIGRAM,
                        unknownSurface,
                        bosPiece,
                        eosPiece,
                        addDummyPrefix,
                        removeExtraWhitespaces,
                        escapeWhitespaces,
                        whitespaceAsSuffix),
                charsmap.length == 0 ? null : Charsmap.read(charsmap, file));
    }

    private int findUnknown() throws TokenizerException {
        int found = -1;
        for (int id = 0; id < types.size(); id++) {
            if (types.get(id) == PieceType.UNKNOWN) {
                if (found >= 0) {
                    throw malformed("pieces " + found + " and " + id + " are both of type UNKNOWN, expected one");
                }
                found = id;
            }
        }
        if (found < 0) {
            throw malformed("no piece of type UNKNOWN, expected one");
        }
        return found;
    }

    private int[] findBytes(ByteStrings pieces) throws TokenizerException {
        int[] ids = new int[byteFallback ? 256 : 0];
        Arrays.fill(ids, -1);
        for (int value = 0; value < ids.length; value++) {
            byte[] name = String.format("<0x%02X>", value).getBytes(StandardCharsets.US_ASCII);
            int id = pieces.indexOf(name, 0, name.length);
            if (id < 0 || types.get(id) != PieceType.BYTE) {
                throw malformed("byte_fallback is on, but there is no BYTE piece "
                        + new String(name, StandardCharsets.US_ASCII));
            }
            ids[value] = id;
        }
        int found = 0;
        for (PieceType type : types) {
            found += type == PieceType.BYTE ? 1 : 0;
        }
        if (found != ids.length) {
            throw malformed(found + " BYTE pieces, expected " + ids.length + " as byte_fallback is "
                    + (byteFallback ? "on" : "off"));
        }
        return ids;
    }
}

package io.github.glmjava.tokenizer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Presents the two files of a GPT-2 tokenizer, {@code vocab.json} and {@code merges.txt}, as one {@code tokenizer.json}. */
final class Gpt2Files {
    private static final int MAX_FILE_BYTES = 16 << 20;

    private Gpt2Files() {}

    /** The bytes of a {@code tokenizer.json} with what both files say. */
    static byte[] toTokenizerJson(Path vocabulary, Path merges) throws IOException {
        String vocabularyJson = text(vocabulary);
        StringBuilder json = new StringBuilder(vocabularyJson.length() * 2);
        json.append("{\"version\":\"1.0\",\"added_tokens\":[],\"pre_tokenizer\":{\"type\":\"ByteLevel\",");
        json.append("\"add_prefix_space\":false,\"use_regex\":true},\"decoder\":{\"type\":\"ByteLevel\"},");
        json.append("\"model\":{\"type\":\"BPE\",\"vocab\":")
                .append(vocabularyJson)
                .append(",\"merges\":[");
        String separator = "";
        for (String merge : text(merges).lines().toList()) {
            // The first line names the version.
            if (!merge.isEmpty() && !merge.startsWith("#version")) {
                json.append(separator)
                        .append('"')
                        .append(merge.replace("\\", "\\\\").replace("\"", "\\\""));
                json.append('"');
                separator = ",";
            }
        }
        return json.append("]}}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Path file) throws IOException {
        return new String(BoundedFiles.read(file, MAX_FILE_BYTES), StandardCharsets.UTF_8);
    }
}

package io.github.glmjava.cli;

import io.github.glmjava.WeightFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The names of weight formats on the command line. */
final class WeightFormatConverter implements ITypeConverter<WeightFormat> {
    /** For descriptions of options. */
    static final String MIXED_MEANS = "mixed, which is q4 with attention and the feed-forward networks' way back in q8";

    @Override
    public WeightFormat convert(String name) {
        return switch (name) {
            case "stored" -> WeightFormat.AS_STORED;
            case "q8" -> WeightFormat.Q8;
            case "mixed" -> WeightFormat.MIXED;
            case "q4" -> WeightFormat.Q4;
            default -> throw new TypeConversionException("expected stored, q8, mixed or q4, found '" + name + "'");
        };
    }
}

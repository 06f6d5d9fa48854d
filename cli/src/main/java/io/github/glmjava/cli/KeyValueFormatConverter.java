package io.github.glmjava.cli;

import io.github.glmjava.KeyValueFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The names of cache formats on the command line. */
final class KeyValueFormatConverter implements ITypeConverter<KeyValueFormat> {
    @Override
    public KeyValueFormat convert(String name) {
        return switch (name) {
            case "auto" -> KeyValueFormat.AUTOMATIC;
            case "f32" -> KeyValueFormat.F32;
            case "bf16" -> KeyValueFormat.BF16;
            case "q8" -> KeyValueFormat.Q8;
            default -> throw new TypeConversionException("expected auto, f32, bf16 or q8, found '" + name + "'");
        };
    }
}

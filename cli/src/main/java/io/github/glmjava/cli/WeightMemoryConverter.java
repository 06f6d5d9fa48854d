package io.github.glmjava.cli;

import io.github.glmjava.WeightMemory;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The names on the command line of where weights lie. */
final class WeightMemoryConverter implements ITypeConverter<WeightMemory> {
    @Override
    public WeightMemory convert(String name) {
        return switch (name) {
            case "mapped" -> WeightMemory.MAPPED;
            case "copied" -> WeightMemory.COPIED;
            default -> throw new TypeConversionException("expected mapped or copied, found '" + name + "'");
        };
    }
}

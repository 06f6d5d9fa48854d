package io.github.glmjava.cli;

import io.github.glmjava.ConversionOptions;
import io.github.glmjava.GlmModel;
import io.github.glmjava.weights.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code glm convert}: any model as a folder of safetensors. */
@Command(
        name = "convert",
        description = "Writes a model as a published folder of safetensors with plain floats.",
        footer = {
            "",
            "Tensors keep their type; the integers of THUDM's releases and the blocks of GGUF become f32 unless",
            "--dtype says otherwise. Adapters are merged into the weights, and a prefix becomes a part of the folder.",
            "A few rows at a time are in memory. The folder appears under its name when it is complete."
        })
final class ConvertCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "A model folder, or a file of GGUF.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "TARGET", description = "The new folder: must not exist, or be empty.")
    private Path target = Path.of("");

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = FloatTypeConverter.class,
            description = "The type of all floats: f32, f16 or bf16. Default: what they have.")
    private @Nullable DType dtype;

    @Option(
            names = "--shard-size",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "How much a file of weights may hold, in bytes or as 500MB or 5GB. Default: 5GB.")
    private @Nullable Long shardBytes;

    @Mixin
    private AdapterOptions adapters = new AdapterOptions();

    private final GlmCommand glm;

    ConvertCommand(GlmCommand glm) {
        this.glm = glm;
    }

    @Override
    public Integer call() throws IOException {
        ConversionOptions.Builder options = ConversionOptions.builder().progress(TenthsListener.of(glm));
        if (dtype != null) {
            options.dtype(dtype);
        }
        if (shardBytes != null) {
            options.shardBytes(shardBytes);
        }
        adapters.apply(options::lora, options::ptuning);
        GlmModel.convert(source, target, options.build());
        return 0;
    }

    /** The names of types of floats. */
    static final class FloatTypeConverter implements ITypeConverter<DType> {
        @Override
        public DType convert(String name) {
            return switch (name) {
                case "f32" -> DType.F32;
                case "f16" -> DType.F16;
                case "bf16" -> DType.BF16;
                default -> throw new TypeConversionException("expected f32, f16 or bf16, found '" + name + "'");
            };
        }
    }

    /** Bytes, or millions or thousands of millions of them. */
    static final class SizeConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            if (!text.matches("[1-9][0-9]{0,8}(MB|GB)?|[1-9][0-9]{0,17}")) {
                throw new TypeConversionException("expected a size such as 5GB, found '" + text + "'");
            }
            long unit = text.endsWith("GB") ? 1_000_000_000 : text.endsWith("MB") ? 1_000_000 : 1;
            return Long.parseLong(unit == 1 ? text : text.substring(0, text.length() - 2)) * unit;
        }
    }
}

package io.github.glmjava.tokenizer;

import java.util.Arrays;
import java.util.Random;

/** Damages files. */
final class Mutations {
    private Mutations() {}

    /** A copy in which one to three times something was changed, cut out, doubled or cut off. */
    static byte[] mutate(byte[] original, Random random) {
        byte[] mutant = original.clone();
        for (int change = random.nextInt(3); change >= 0 && mutant.length > 0; change--) {
            int at = random.nextInt(mutant.length);
            int length = Math.min(mutant.length - at, 1 + random.nextInt(8));
            mutant = switch (random.nextInt(12)) {
                case 0 -> Arrays.copyOf(mutant, at);
                case 1 -> splice(mutant, at, at + length, new byte[0]);
                case 2 -> splice(mutant, at, at, Arrays.copyOfRange(mutant, at, at + length));
                case 3 -> splice(mutant, at, at + 1, new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F});
                case 4, 5, 6 -> splice(mutant, at, at + 1, new byte[] {(byte) (mutant[at] ^ (1 << random.nextInt(8)))});
                default -> splice(mutant, at, at + 1, new byte[] {(byte) random.nextInt(256)});
            };
        }
        return mutant;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] replacement) {
        byte[] result = new byte[bytes.length - (to - from) + replacement.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(replacement, 0, result, from, replacement.length);
        System.arraycopy(bytes, to, result, from + replacement.length, bytes.length - to);
        return result;
    }
}

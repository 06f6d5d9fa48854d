package io.github.glmjava.weights;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pickle can make here. Values refer to each other, many times or even in circles, so none is ever compared,
 * hashed, printed or walked as a whole: that could take exponential time, or for ever.
 */
sealed interface PickleValue
        permits PickleValue.Constant,
                PickleValue.Int,
                PickleValue.BigInt,
                PickleValue.Real,
                PickleValue.Text,
                PickleValue.Tuple,
                PickleValue.Sequence,
                PickleValue.Dict,
                TorchGlobal,
                TorchStorage,
                TorchTensor {

    /** What kind of value it is, for messages; short, whatever the value contains. */
    String describe();

    /** None and the booleans. */
    enum Constant implements PickleValue {
        NONE("None"),
        TRUE("True"),
        FALSE("False");

        private final String python;

        Constant(String python) {
            this.python = python;
        }

        @Override
        public String describe() {
            return python;
        }
    }

    /** An integer of 64 bits. */
    record Int(long value) implements PickleValue {
        @Override
        public String describe() {
            return "the integer " + value;
        }
    }

    /** An integer that 64 bits do not hold. */
    record BigInt(BigInteger value) implements PickleValue {
        @Override
        public String describe() {
            return "an integer of " + (value.bitLength() + 1) + " bits";
        }
    }

    /** A float. */
    record Real(double value) implements PickleValue {
        @Override
        public String describe() {
            return "the float " + value;
        }
    }

    /** A string. */
    record Text(String value) implements PickleValue {
        @Override
        public String describe() {
            return "the string " + Quoted.of(value);
        }
    }

    /** A tuple. */
    record Tuple(List<PickleValue> items) implements PickleValue {
        static final Tuple EMPTY = new Tuple(List.of());

        @Override
        public String describe() {
            return "a tuple of " + items.size();
        }
    }

    /** A list. */
    final class Sequence implements PickleValue {
        private final List<PickleValue> items = new ArrayList<>();

        List<PickleValue> items() {
            return Collections.unmodifiableList(items);
        }

        void addAll(List<PickleValue> more) {
            items.addAll(more);
        }

        @Override
        public String describe() {
            return "a list of " + items.size();
        }
    }

    /** A dict or an OrderedDict whose keys are strings, in the order of insertion. */
    final class Dict implements PickleValue {
        private final Map<String, PickleValue> items = new LinkedHashMap<>();

        Map<String, PickleValue> items() {
            return Collections.unmodifiableMap(items);
        }

        @Nullable
        PickleValue get(String key) {
            return items.get(key);
        }

        /** Whether the key was not there yet. */
        boolean add(String key, PickleValue value) {
            return items.putIfAbsent(key, value) == null;
        }

        @Override
        public String describe() {
            return "a dict of " + items.size();
        }
    }
}

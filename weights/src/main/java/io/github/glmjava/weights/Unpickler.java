package io.github.glmjava.weights;

import io.github.glmjava.weights.PickleValue.BigInt;
import io.github.glmjava.weights.PickleValue.Constant;
import io.github.glmjava.weights.PickleValue.Dict;
import io.github.glmjava.weights.PickleValue.Int;
import io.github.glmjava.weights.PickleValue.Real;
import io.github.glmjava.weights.PickleValue.Sequence;
import io.github.glmjava.weights.PickleValue.Text;
import io.github.glmjava.weights.PickleValue.Tuple;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Interprets a pickle, which is a program for a machine with a stack and a memo (CPython, {@code Lib/pickletools.py}), as
 * far as state dicts go. In Python a pickle can call anything; here it can only build {@link PickleValue}s, and call what
 * {@link TorchGlobal} lists. Everything else ends in an exception that names it.
 *
 * <p>Each operation takes a time that does not depend on the values, except that those which gather items take a time in
 * proportion to them; nothing recurs. So the limit on operations bounds time and memory, whatever the values contain.
 */
final class Unpickler {
    /** A tensor takes about 30 operations, so these are 30,000 tensors; the largest GLM with such files has 1,000. */
    static final int MAX_OPERATIONS = 1_000_000;

    /** Python gathers items in batches of 1,000. */
    static final int MAX_STACK = 100_000;

    /** State dicts nest five levels deep. */
    static final int MAX_NESTING = 100;

    static final int MAX_MEMO = 500_000;

    private static final int MIN_PROTOCOL = 2;
    private static final int MAX_PROTOCOL = 5;

    private final PickleInput in;
    private final TorchObjects objects;
    private final List<PickleValue> stack = new ArrayList<>();
    /** Sizes of the stack at the open marks; below the last one it is out of reach. */
    private final List<Integer> marks = new ArrayList<>();

    private final Map<Integer, PickleValue> memo = new HashMap<>();

    private Unpickler(PickleInput in, TorchObjects objects) {
        this.in = in;
        this.objects = objects;
    }

    /**
     * Interprets a pickle from its first to its STOP opcode.
     *
     * @param objects makes the values that are not plain Python
     */
    static PickleValue load(PickleInput in, TorchObjects objects) throws CheckpointException {
        return new Unpickler(in, objects).run();
    }

    private PickleValue run() throws CheckpointException {
        if (in.unsignedByte() != PickleOpcode.PROTO.code()) {
            throw in.fault("does not begin with a protocol; this is not a pickle as torch.save writes it");
        }
        protocol();
        for (int operations = 0; operations < MAX_OPERATIONS; operations++) {
            int code = in.unsignedByte();
            PickleOpcode opcode = PickleOpcode.of(code);
            if (opcode == null) {
                throw in.fault("has the byte " + code + ", which is no opcode");
            }
            if (opcode == PickleOpcode.STOP) {
                return result();
            }
            execute(opcode);
        }
        throw in.fault("has more than " + MAX_OPERATIONS + " operations");
    }

    private PickleValue result() throws CheckpointException {
        PickleValue result = pop();
        if (!stack.isEmpty() || !marks.isEmpty()) {
            throw in.fault("stops with " + (stack.size() + 1) + " values and " + marks.size()
                    + " open marks, expected one value");
        }
        return result;
    }

    private void execute(PickleOpcode opcode) throws CheckpointException {
        switch (opcode) {
            case PROTO -> protocol();
            case FRAME -> in.requireRemaining(in.signedLong());
            case NONE -> push(Constant.NONE);
            case NEWTRUE -> push(Constant.TRUE);
            case NEWFALSE -> push(Constant.FALSE);
            case BININT -> push(new Int(in.signedInt()));
            case BININT1 -> push(new Int(in.unsignedByte()));
            case BININT2 -> push(new Int(in.unsignedShort()));
            case LONG1 -> push(integer(in.integer(in.unsignedByte())));
            case BINFLOAT -> push(new Real(in.real()));
            case BINUNICODE -> push(new Text(in.text(in.unsignedInt())));
            case SHORT_BINUNICODE -> push(new Text(in.text(in.unsignedByte())));
            case BINUNICODE8 -> push(new Text(in.text(in.signedLong())));
            case EMPTY_TUPLE -> push(Tuple.EMPTY);
            case TUPLE1 -> push(new Tuple(pop(1)));
            case TUPLE2 -> push(new Tuple(pop(2)));
            case TUPLE3 -> push(new Tuple(pop(3)));
            case MARK -> mark();
            case TUPLE -> push(new Tuple(popToMark()));
            case EMPTY_LIST -> push(new Sequence());
            case APPEND -> append(opcode, pop(1));
            case APPENDS -> append(opcode, popToMark());
            case EMPTY_DICT -> push(new Dict());
            case SETITEM -> setItems(opcode, pop(2));
            case SETITEMS -> setItems(opcode, popToMark());
            case BINPUT -> memoize(in.unsignedByte());
            case LONG_BINPUT -> memoize(in.unsignedInt());
            case MEMOIZE -> memoize(memo.size());
            case BINGET -> push(memoized(in.unsignedByte()));
            case LONG_BINGET -> push(memoized(in.unsignedInt()));
            case GLOBAL -> {
                String module = in.line();
                push(global(module, in.line()));
            }
            case STACK_GLOBAL -> stackGlobal();
            case REDUCE -> reduce();
            case BUILD -> build();
            case BINPERSID -> push(objects.storage(pop(), in));
            default -> throw in.fault("has the opcode " + opcode + ", which no state dict needs; it is not allowed");
        }
    }

    private void protocol() throws CheckpointException {
        int protocol = in.unsignedByte();
        if (protocol < MIN_PROTOCOL || protocol > MAX_PROTOCOL) {
            throw in.fault("is of protocol " + protocol + ", expected " + MIN_PROTOCOL + " to " + MAX_PROTOCOL);
        }
    }

    private static PickleValue integer(BigInteger value) {
        return value.bitLength() < Long.SIZE ? new Int(value.longValue()) : new BigInt(value);
    }

    private void push(PickleValue value) throws CheckpointException {
        if (stack.size() == MAX_STACK) {
            throw in.fault("has more than " + MAX_STACK + " values on its stack");
        }
        stack.add(value);
    }

    /** The number of values above the last mark. */
    private int reachable() {
        return stack.size() - (marks.isEmpty() ? 0 : marks.getLast());
    }

    private PickleValue pop() throws CheckpointException {
        return pop(1).getFirst();
    }

    private List<PickleValue> pop(int count) throws CheckpointException {
        if (reachable() < count) {
            throw in.fault("takes " + count + " values off its stack, where " + reachable() + " are");
        }
        List<PickleValue> top = stack.subList(stack.size() - count, stack.size());
        List<PickleValue> values = List.copyOf(top);
        top.clear();
        return values;
    }

    private PickleValue peek() throws CheckpointException {
        if (reachable() < 1) {
            throw in.fault("uses the top of its stack, where nothing is");
        }
        return stack.getLast();
    }

    private void mark() throws CheckpointException {
        if (marks.size() == MAX_NESTING) {
            throw in.fault("has more than " + MAX_NESTING + " open marks");
        }
        marks.add(stack.size());
    }

    private List<PickleValue> popToMark() throws CheckpointException {
        if (marks.isEmpty()) {
            throw in.fault("gathers items from a mark that is missing");
        }
        List<PickleValue> items = pop(reachable());
        marks.removeLast();
        return items;
    }

    private void append(PickleOpcode opcode, List<PickleValue> items) throws CheckpointException {
        if (!(peek() instanceof Sequence list)) {
            throw misused(opcode, "a list");
        }
        list.addAll(items);
    }

    private void setItems(PickleOpcode opcode, List<PickleValue> keysAndValues) throws CheckpointException {
        if (!(peek() instanceof Dict dict)) {
            throw misused(opcode, "a dict");
        }
        if (keysAndValues.size() % 2 != 0) {
            throw in.fault("has a key without a value in " + opcode);
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            if (!(keysAndValues.get(i) instanceof Text key)) {
                throw in.fault("has a dict with the key " + keysAndValues.get(i).describe() + ", expected a string");
            }
            if (!dict.add(key.value(), keysAndValues.get(i + 1))) {
                throw in.fault("has a dict with the key " + Quoted.of(key.value()) + " twice");
            }
        }
    }

    private void memoize(long index) throws CheckpointException {
        if (memo.size() == MAX_MEMO) {
            throw in.fault("has more than " + MAX_MEMO + " values in its memo");
        }
        // 32 bits; whether they are taken as signed does not matter as long as all are.
        memo.put((int) index, peek());
    }

    private PickleValue memoized(long index) throws CheckpointException {
        PickleValue value = memo.get((int) index);
        if (value == null) {
            throw in.fault("fetches the value " + index + " of its memo, where nothing is");
        }
        return value;
    }

    private TorchGlobal global(String module, String name) throws CheckpointException {
        TorchGlobal global = TorchGlobal.find(module, name);
        if (global == null) {
            throw in.fault("names the global " + Quoted.of(module + " " + name) + ", which is not allowed; allowed are "
                    + TorchGlobal.listing());
        }
        return global;
    }

    private void stackGlobal() throws CheckpointException {
        List<PickleValue> names = pop(2);
        if (!(names.get(0) instanceof Text module) || !(names.get(1) instanceof Text name)) {
            throw in.fault("has STACK_GLOBAL with " + names.get(0).describe() + " and "
                    + names.get(1).describe() + ", expected two strings");
        }
        push(global(module.value(), name.value()));
    }

    private void reduce() throws CheckpointException {
        List<PickleValue> call = pop(2);
        if (!(call.get(0) instanceof TorchGlobal callee) || !(call.get(1) instanceof Tuple arguments)) {
            throw in.fault("has REDUCE of " + call.get(0).describe() + " with "
                    + call.get(1).describe() + ", expected a global and a tuple");
        }
        push(objects.call(callee, arguments.items(), in));
    }

    /** Sets attributes. Only an OrderedDict has any, {@code _metadata} with the versions of its modules: not needed. */
    private void build() throws CheckpointException {
        pop();
        if (!(peek() instanceof Dict)) {
            throw misused(PickleOpcode.BUILD, "a dict");
        }
    }

    private CheckpointException misused(PickleOpcode opcode, String expected) throws CheckpointException {
        return in.fault("has " + opcode + " on " + peek().describe() + ", expected " + expected);
    }
}

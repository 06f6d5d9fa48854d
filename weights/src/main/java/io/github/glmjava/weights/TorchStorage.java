package io.github.glmjava.weights;

/**
 * A storage as a pickle refers to it: a run of elements that tensors are views of.
 *
 * @param key its name in the file
 * @param dtype the type of its elements
 * @param elements how many it has; not negative
 */
record TorchStorage(String key, DType dtype, long elements) implements PickleValue {
    @Override
    public String describe() {
        return "the storage " + Quoted.of(key);
    }
}

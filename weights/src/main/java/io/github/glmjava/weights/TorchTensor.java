package io.github.glmjava.weights;

/**
 * A tensor as a pickle describes it.
 *
 * @param layout which of the storage's elements are the tensor's
 */
record TorchTensor(TorchStorage storage, StridedLayout layout) implements PickleValue {
    @Override
    public String describe() {
        return "a tensor of shape " + layout.size();
    }
}

package org.icl4j.transformer.decoder;

import java.util.Arrays;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.layer.Linear;
import org.icl4j.transformer.layer.Watched;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.tensor.Tensor;

/** {@code read_in}: a linear map of numbers. */
final class NumberStem<A> implements Stem<A> {
    private final Kernels<A> kernels;
    private final Linear<A> readIn;
    private final int[] shape;
    private Matrix<A> last;

    /**
     * @param shape [B, T, width] of the input
     */
    NumberStem(Weights<A> weights, int... shape) {
        this.kernels = weights.kernels();
        this.readIn = new Linear<>(weights.at("read_in"), true);
        this.shape = shape;
    }

    /**
     * @throws IllegalArgumentException if {@code numbers} has another shape
     */
    void forward(Tensor<A> numbers, Tensor<A> x) {
        if (!numbers.isShaped(shape)) {
            throw new IllegalArgumentException(
                    "input " + numbers + " for a pass over " + Arrays.toString(shape) + " [batch, length, width]");
        }
        last = numbers.matrix();
        Watched.given(kernels, last);
        readIn.forward(last, x.matrix(), readIn.epilogue());
    }

    @Override
    public void backward(Tensor<A> dx) {
        readIn.backwardOfWeights(last, dx.matrix());
    }
}

package org.icl4j.transformer.layer;

import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.layer.ParameterSpec.Role;

/** y = x·Wᵀ + b, with {@code weight} W [out, in] and, if there is one, {@code bias} b [out]. */
public final class Linear<A> {
    private final Kernels<A> kernels;
    private final boolean biased;
    private final Matrix<A> weight;
    private final Matrix<A> transposed;
    private final Matrix<A> dWeight;
    private final Matrix<A> dBias;
    private final Epilogue<A> epilogue;

    public Linear(Weights<A> weights, boolean biased) {
        this.kernels = weights.kernels();
        this.biased = biased;
        this.weight = weights.value("weight");
        this.transposed = weight.transposed();
        this.dWeight = weights.gradient("weight");
        this.dBias = weights.gradient(biased ? "bias" : "weight");
        this.epilogue = biased ? Epilogue.<A>none().bias(weights.value("bias")) : Epilogue.none();
    }

    public static void declare(Specs specs, Role role, int in, int out, boolean biased) {
        specs.add("weight", role, out, in);
        if (biased) {
            specs.add("bias", Role.BIAS, out);
        }
    }

    /** What follows the product: the bias, to which a caller may add. */
    public Epilogue<A> epilogue() {
        return epilogue;
    }

    /** y ← what {@code end} makes of x·Wᵀ. */
    public void forward(Matrix<A> x, Matrix<A> y, Epilogue<A> end) {
        kernels.gemm(1, x, transposed, 0, y, end);
    }

    /** dx ← dy·W, and the gradients of W and b are added to; dy is of the product with its bias. */
    public void backward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        backwardOfWeights(x, dy);
        kernels.gemm(1, dy, weight, 0, dx);
    }

    /** As {@link #backward}, where nobody asks for dx. */
    public void backwardOfWeights(Matrix<A> x, Matrix<A> dy) {
        kernels.gemm(1, dy.transposed(), x, 1, dWeight);
        if (biased) {
            kernels.sumRows(dy, 1, dBias);
        }
    }
}

package org.icl4j.transformer.layer;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/** A {@link Norm} between two tensors: y = norm(x)∘weight + bias. */
public final class NormLayer<A> {
    private final Norm norm;
    private final double eps;
    private final Kernels<A> kernels;
    private final Tensor<A> x;
    private final Tensor<A> y;
    private final Matrix<A> weight;
    private final Matrix<A> bias;
    private final Matrix<A> dWeight;
    private final Matrix<A> dBias;
    private final Matrix<A> mean;
    private final Matrix<A> rstd;

    /**
     * A norm of {@code x}, its result valid in inference until another is worked out.
     *
     * @param eps added to the variance or the mean square
     */
    public NormLayer(Norm norm, double eps, Weights<A> weights, Workspace<A> workspace, Tensor<A> x) {
        this(norm, eps, weights, workspace, x, norm == Norm.NONE ? x : workspace.kept("normed", x.dim(x.rank() - 1)));
    }

    /**
     * @param y where the result goes, of x's shape
     */
    NormLayer(Norm norm, double eps, Weights<A> weights, Workspace<A> workspace, Tensor<A> x, Tensor<A> y) {
        int rows = x.matrix().rows();
        Matrix<A> none = Matrix.of(x.precision().allocate(0), 0, 0);
        this.norm = norm;
        this.eps = eps;
        this.kernels = weights.kernels();
        this.x = x;
        this.y = y;
        this.weight = norm == Norm.NONE ? none : weights.value("weight");
        this.dWeight = norm == Norm.NONE ? none : weights.gradient("weight");
        this.bias = norm == Norm.LAYER ? weights.value("bias") : none;
        this.dBias = norm == Norm.LAYER ? weights.gradient("bias") : none;
        this.mean = workspace.keptOf("mean", rows).matrix();
        this.rstd = workspace.keptOf("rstd", rows).matrix();
    }

    /** Names the parameters of a norm of rows of {@code width}. */
    public static void declare(Specs specs, Norm norm, int width) {
        if (norm != Norm.NONE) {
            specs.add("weight", Role.GAIN, width);
        }
        if (norm == Norm.LAYER) {
            specs.add("bias", Role.BIAS, width);
        }
    }

    /** The normalised tensor; x itself where there is no norm. */
    public Tensor<A> y() {
        return y;
    }

    /** Computes y. */
    public void forward() {
        switch (norm) {
            case NONE -> {}
            case LAYER -> kernels.layerNorm(x.matrix(), weight, bias, eps, y.matrix(), mean, rstd);
            case RMS -> kernels.rmsNorm(x.matrix(), weight, eps, y.matrix(), rstd);
        }
    }

    /** d, the gradient with respect to y, becomes the one with respect to x; the parameters' are added to. */
    public void backward(Tensor<A> d) {
        switch (norm) {
            case NONE -> {}
            case LAYER ->
                kernels.layerNormBackward(x.matrix(), weight, mean, rstd, d.matrix(), d.matrix(), dWeight, dBias);
            case RMS -> kernels.rmsNormBackward(x.matrix(), weight, rstd, d.matrix(), d.matrix(), dWeight);
        }
    }
}

package org.icl4j.kernels.provider;

import org.icl4j.kernels.ActivationKernels;
import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Gelu;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.RowKernels;

/** An {@link Epilogue} as kernels one after the other, for products that cannot do it on the way. */
public record EpilogueSteps<A>(Precision<A> precision, RowKernels<A> rows, ActivationKernels<A> activations) {
    /** Applies it to the product in {@code c}. */
    public void apply(Epilogue<A> epilogue, Matrix<A> c) {
        epilogue.bias().ifPresent(bias -> rows.addBias(c, bias));
        epilogue.kept().ifPresent(kept -> add(c, kept, 0));
        switch (epilogue.activation()) {
            case NONE -> {}
            case RELU -> activations.relu(c, c);
            case GELU_EXACT -> activations.gelu(Gelu.EXACT, c, c);
            case GELU_TANH -> activations.gelu(Gelu.TANH, c, c);
        }
        epilogue.residual().ifPresent(residual -> add(residual, c, 1));
    }

    /** to ← from + factor·to; a factor of 0 does not read {@code to}. */
    private void add(Matrix<A> from, Matrix<A> to, int factor) {
        for (int b = 0; b < to.count(); b++) {
            for (int i = 0; i < to.rows(); i++) {
                for (int j = 0; j < to.cols(); j++) {
                    int at = to.index(b, i, j);
                    double added = precision.get(from.array(), from.index(b, i, j));
                    double old = factor == 0 ? -0.0 : precision.get(to.array(), at);
                    precision.set(to.array(), at, old + added);
                }
            }
        }
    }
}

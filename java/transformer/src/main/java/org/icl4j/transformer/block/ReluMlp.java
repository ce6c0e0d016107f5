package org.icl4j.transformer.block;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The MLP part of a block: mlpOut = relu(a·Wᵀ + b)·W′ᵀ + b′.
 *
 * <p>W [dMlp, dModel] is the matrix that a context changes by rank one; W′ [dToken, dMlp].
 */
final class ReluMlp<A> {
    static final String W = "mlp.c_fc.weight";
    static final String B = "mlp.c_fc.bias";
    static final String W_OUT = "mlp.c_proj.weight";
    static final String B_OUT = "mlp.c_proj.bias";

    private final Kernels<A> kernels;
    private final Matrix<A> w;
    private final Matrix<A> b;
    private final Matrix<A> wOut;
    private final Matrix<A> bOut;

    ReluMlp(Kernels<A> kernels, Parameters<A> parameters) {
        this.kernels = kernels;
        this.w = parameters.get(W).matrix();
        this.b = parameters.get(B).matrix();
        this.wOut = parameters.get(W_OUT).matrix();
        this.bOut = parameters.get(B_OUT).matrix();
    }

    /** What a pass over B rows keeps for its backward pass, and the room that one takes. */
    static final class Activations<A> {
        final Tensor<A> hidden;
        final Tensor<A> mlpOut;
        private final Tensor<A> dHidden;
        final Tensor<A> dMlpIn;

        Activations(Precision<A> precision, ContextualBlockConfig config, int rows) {
            hidden = Tensor.zeros(precision, rows, config.dMlp());
            mlpOut = Tensor.zeros(precision, rows, config.dToken());
            dHidden = hidden.zerosLike();
            dMlpIn = Tensor.zeros(precision, rows, config.dModel());
        }
    }

    /**
     * @param mlpIn a, [B, dModel]
     */
    void forward(Tensor<A> mlpIn, Activations<A> kept) {
        Matrix<A> hidden = kept.hidden.matrix();
        kernels.gemm(1, mlpIn.matrix(), w.transposed(), 0, hidden);
        kernels.addBias(hidden, b);
        kernels.relu(hidden, hidden);
        kernels.gemm(1, hidden, wOut.transposed(), 0, kept.mlpOut.matrix());
        kernels.addBias(kept.mlpOut.matrix(), bOut);
    }

    /**
     * Leaves the gradient with respect to a in {@code kept.dMlpIn}.
     *
     * @param dMlpOut [B, dToken]
     * @param gradients overwritten for this part's weights
     */
    void backward(Tensor<A> mlpIn, Activations<A> kept, Tensor<A> dMlpOut, Parameters<A> gradients) {
        Matrix<A> dOut = dMlpOut.matrix();
        Matrix<A> hidden = kept.hidden.matrix();
        Matrix<A> dHidden = kept.dHidden.matrix();
        kernels.gemm(1, dOut.transposed(), hidden, 0, gradients.get(W_OUT).matrix());
        kernels.sumRows(dOut, 0, gradients.get(B_OUT).matrix());
        kernels.gemm(1, dOut, wOut, 0, dHidden);
        kernels.reluBackward(hidden, dHidden, dHidden);
        kernels.gemm(
                1, dHidden.transposed(), mlpIn.matrix(), 0, gradients.get(W).matrix());
        kernels.sumRows(dHidden, 0, gradients.get(B).matrix());
        kernels.gemm(1, dHidden, w, 0, kept.dMlpIn.matrix());
    }
}

package org.icl4j.transformer.block;

import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Epilogue.Activation;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.layer.Linear;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.layer.Specs;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The MLP part of a block on B rows: out = relu(a·Wᵀ + b)·W′ᵀ + b′.
 *
 * <p>W [dMlp, dModel] is the matrix that a context changes by rank one; W′ [dToken, dMlp].
 */
final class ReluMlp<A> {
    static final String W = "mlp.c_fc.weight";
    static final String B = "mlp.c_fc.bias";
    static final String B_OUT = "mlp.c_proj.bias";

    private final Kernels<A> kernels;
    private final Linear<A> in;
    private final Linear<A> outer;
    private final Epilogue<A> activate;
    private final Tensor<A> hidden;
    private final Tensor<A> out;
    private final Tensor<A> dHidden;

    ReluMlp(ContextualBlockConfig config, Weights<A> weights, int rows) {
        this.kernels = weights.kernels();
        this.in = new Linear<>(weights.at("mlp").at("c_fc"), true);
        this.outer = new Linear<>(weights.at("mlp").at("c_proj"), true);
        this.activate = in.epilogue().activation(Activation.RELU);
        Precision<A> precision = kernels.precision();
        this.hidden = Tensor.zeros(precision, rows, config.dMlp());
        this.out = Tensor.zeros(precision, rows, config.dToken());
        this.dHidden = hidden.zerosLike();
    }

    static void declare(Specs specs, ContextualBlockConfig config) {
        Specs mlp = specs.at("mlp");
        Linear.declare(mlp.at("c_fc"), Role.WEIGHT, config.dModel(), config.dMlp(), true);
        Linear.declare(mlp.at("c_proj"), Role.WEIGHT, config.dMlp(), config.dToken(), true);
    }

    /**
     * Computes {@link #out}.
     *
     * @param a [B, dModel]
     */
    void forward(Tensor<A> a) {
        in.forward(a.matrix(), hidden.matrix(), activate);
        outer.forward(hidden.matrix(), out.matrix(), outer.epilogue());
    }

    /** The output of the last pass, [B, dToken]. */
    Tensor<A> out() {
        return out;
    }

    /**
     * Adds to the gradients of the parameters.
     *
     * @param dOut [B, dToken]
     * @param dA overwritten by the gradient with respect to a
     */
    void backward(Tensor<A> a, Tensor<A> dOut, Tensor<A> dA) {
        outer.backward(hidden.matrix(), dOut.matrix(), dHidden.matrix());
        kernels.reluBackward(hidden.matrix(), dHidden.matrix(), dHidden.matrix());
        in.backward(a.matrix(), dHidden.matrix(), dA.matrix());
    }
}

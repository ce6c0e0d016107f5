package org.icl4j.transformer.block;

import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.layer.Linear;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.layer.Specs;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Softmax attention computed at the last position of each sequence only, where the answer to the query is read.
 *
 * <pre>q = x_T·wQᵀ,  k = x·wKᵀ,  v = x·wVᵀ,  z = attention(q, k, v),  out = z·wOᵀ</pre>
 *
 * <p>Weights {@code attn.{q,k,v,o}_proj.weight} are stored [out, in]: wQ, wK, wV [dModel, dToken], wO [dModel, dModel]; no biases, no
 * positions.
 */
final class SoftmaxAttention<A> implements ContextualLayer<A> {
    private final Kernels<A> kernels;
    private final AttentionHeads heads;
    private final Linear<A> qProj;
    private final Linear<A> kProj;
    private final Linear<A> vProj;
    private final Linear<A> oProj;
    private final Tensor<A> q;
    private final Tensor<A> k;
    private final Tensor<A> v;
    private final Tensor<A> z;
    private final Tensor<A> logSumExp;
    private final Tensor<A> out;
    private final Tensor<A> dQ;
    private final Tensor<A> dK;
    private final Tensor<A> dV;
    private final Tensor<A> dZ;

    SoftmaxAttention(ContextualBlockConfig config, Weights<A> weights, int batch, int length) {
        int width = config.dModel();
        Weights<A> attn = weights.at("attn");
        this.kernels = weights.kernels();
        this.heads = AttentionHeads.scaled(config.nHeads(), config.dHead());
        this.qProj = new Linear<>(attn.at("q_proj"), false);
        this.kProj = new Linear<>(attn.at("k_proj"), false);
        this.vProj = new Linear<>(attn.at("v_proj"), false);
        this.oProj = new Linear<>(attn.at("o_proj"), false);
        Precision<A> precision = kernels.precision();
        this.q = Tensor.zeros(precision, batch, 1, width);
        this.k = Tensor.zeros(precision, batch, length, width);
        this.v = k.zerosLike();
        this.z = q.zerosLike();
        this.logSumExp = Tensor.zeros(precision, batch, config.nHeads(), 1);
        this.out = Tensor.zeros(precision, batch, width);
        this.dQ = q.zerosLike();
        this.dK = k.zerosLike();
        this.dV = k.zerosLike();
        this.dZ = q.zerosLike();
    }

    static void declare(Specs specs, ContextualBlockConfig config) {
        int width = config.dModel();
        Specs attn = specs.at("attn");
        Linear.declare(attn.at("q_proj"), Role.WEIGHT, config.dToken(), width, false);
        Linear.declare(attn.at("k_proj"), Role.WEIGHT, config.dToken(), width, false);
        Linear.declare(attn.at("v_proj"), Role.WEIGHT, config.dToken(), width, false);
        Linear.declare(attn.at("o_proj"), Role.WEIGHT, width, width, false);
    }

    @Override
    public void forward(Tensor<A> tokens) {
        Matrix<A> all = tokens.matrix();
        qProj.forward(tokens.lastPositions(), q.matrix(), qProj.epilogue());
        kProj.forward(all, k.matrix(), kProj.epilogue());
        vProj.forward(all, v.matrix(), vProj.epilogue());
        kernels.attention(heads, q.batch(), k.batch(), v.batch(), z.batch(), logSumExp.batch());
        oProj.forward(z.matrix(), out.matrix(), oProj.epilogue());
    }

    @Override
    public Tensor<A> out() {
        return out;
    }

    @Override
    public void backward(Tensor<A> tokens, Tensor<A> dOut) {
        Matrix<A> all = tokens.matrix();
        oProj.backward(z.matrix(), dOut.matrix(), dZ.matrix());
        kernels.attentionBackward(
                heads,
                q.batch(),
                k.batch(),
                v.batch(),
                z.batch(),
                logSumExp.batch(),
                dZ.batch(),
                dQ.batch(),
                dK.batch(),
                dV.batch());
        qProj.backwardOfWeights(tokens.lastPositions(), dQ.matrix());
        kProj.backwardOfWeights(all, dK.matrix());
        vProj.backwardOfWeights(all, dV.matrix());
    }
}

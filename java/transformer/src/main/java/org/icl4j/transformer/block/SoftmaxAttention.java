package org.icl4j.transformer.block;

import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The attention part of a block, computed at the last position of each sequence only, where the answer to the query is read.
 *
 * <pre>q = x_T·wQᵀ,  k = x·wKᵀ,  v = x·wVᵀ,  z = attention(q, k, v),  attnOut = z·wOᵀ</pre>
 *
 * <p>Weights are stored [out, in]: wQ, wK, wV [dModel, dToken], wO [dModel, dModel]; no biases, no positions.
 */
final class SoftmaxAttention<A> {
    static final String W_Q = "attn.q_proj.weight";
    static final String W_K = "attn.k_proj.weight";
    static final String W_V = "attn.v_proj.weight";
    static final String W_O = "attn.o_proj.weight";

    private final Kernels<A> kernels;
    private final AttentionHeads heads;
    private final Matrix<A> wQ;
    private final Matrix<A> wK;
    private final Matrix<A> wV;
    private final Matrix<A> wO;

    SoftmaxAttention(ContextualBlockConfig config, Kernels<A> kernels, Parameters<A> parameters) {
        this.kernels = kernels;
        this.heads = AttentionHeads.scaled(config.nHeads(), config.dHead());
        this.wQ = parameters.get(W_Q).matrix();
        this.wK = parameters.get(W_K).matrix();
        this.wV = parameters.get(W_V).matrix();
        this.wO = parameters.get(W_O).matrix();
    }

    /** What a pass over B sequences of T tokens keeps for its backward pass, and the room that one takes. */
    static final class Activations<A> {
        final Tensor<A> q;
        final Tensor<A> k;
        final Tensor<A> v;
        final Tensor<A> z;
        final Tensor<A> logSumExp;
        final Tensor<A> attnOut;
        private final Tensor<A> dQ;
        private final Tensor<A> dK;
        private final Tensor<A> dV;
        private final Tensor<A> dZ;

        Activations(Precision<A> precision, ContextualBlockConfig config, int batch, int length) {
            int width = config.dModel();
            q = Tensor.zeros(precision, batch, 1, width);
            k = Tensor.zeros(precision, batch, length, width);
            v = k.zerosLike();
            z = q.zerosLike();
            logSumExp = Tensor.zeros(precision, batch, config.nHeads(), 1);
            attnOut = Tensor.zeros(precision, batch, width);
            dQ = q.zerosLike();
            dK = k.zerosLike();
            dV = k.zerosLike();
            dZ = q.zerosLike();
        }
    }

    /**
     * @param tokens [B, T, dToken]
     */
    void forward(Tensor<A> tokens, Activations<A> kept) {
        kernels.gemm(1, tokens.lastPositions(), wQ.transposed(), 0, kept.q.matrix());
        kernels.gemm(1, tokens.matrix(), wK.transposed(), 0, kept.k.matrix());
        kernels.gemm(1, tokens.matrix(), wV.transposed(), 0, kept.v.matrix());
        kernels.attention(
                heads, kept.q.batch(), kept.k.batch(), kept.v.batch(), kept.z.batch(), kept.logSumExp.batch());
        kernels.gemm(1, kept.z.matrix(), wO.transposed(), 0, kept.attnOut.matrix());
    }

    /**
     * @param dAttnOut [B, dModel]
     * @param gradients overwritten for this part's weights
     */
    void backward(Tensor<A> tokens, Activations<A> kept, Tensor<A> dAttnOut, Parameters<A> gradients) {
        Matrix<A> dOut = dAttnOut.matrix();
        kernels.gemm(
                1, dOut.transposed(), kept.z.matrix(), 0, gradients.get(W_O).matrix());
        kernels.gemm(1, dOut, wO, 0, kept.dZ.matrix());
        kernels.attentionBackward(
                heads,
                kept.q.batch(),
                kept.k.batch(),
                kept.v.batch(),
                kept.z.batch(),
                kept.logSumExp.batch(),
                kept.dZ.batch(),
                kept.dQ.batch(),
                kept.dK.batch(),
                kept.dV.batch());
        kernels.gemm(
                1,
                kept.dQ.matrix().transposed(),
                tokens.lastPositions(),
                0,
                gradients.get(W_Q).matrix());
        kernels.gemm(
                1,
                kept.dK.matrix().transposed(),
                tokens.matrix(),
                0,
                gradients.get(W_K).matrix());
        kernels.gemm(
                1,
                kept.dV.matrix().transposed(),
                tokens.matrix(),
                0,
                gradients.get(W_V).matrix());
    }
}

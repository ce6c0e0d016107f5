package org.icl4j.transformer.layer;

import java.util.Optional;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.transformer.tensor.Tensor;

/** Causal softmax attention with scale 1/√dHead. */
final class SoftmaxMixer<A> implements Branch<A> {
    private final Kernels<A> kernels;
    private final AttentionHeads heads;
    private final HeadProjections<A> around;
    private final Matrix<A> logSumExp;

    SoftmaxMixer(
            BlockConfig config,
            Optional<RotaryAngles<A>> angles,
            Weights<A> weights,
            Workspace<A> workspace,
            Wires<A> wires) {
        this.kernels = weights.kernels();
        this.heads = AttentionHeads.scaled(config.nHeads(), config.dHead()).withKeyHeads(config.nKeyHeads());
        this.around = new HeadProjections<>(config, angles, weights, workspace, wires);
        this.logSumExp = workspace
                .keptOf("logSumExp", workspace.batch(), config.nHeads(), workspace.length())
                .batch();
    }

    @Override
    public void forward() {
        around.project();
        kernels.attention(heads, around.q, around.k, around.v, around.z, logSumExp);
        around.output.forward();
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        around.joinBackward(dOut);
        kernels.attentionBackward(
                heads, around.q, around.k, around.v, around.z, logSumExp, around.dz, around.dq, around.dk, around.dv);
        around.projectBackward(dIn);
    }

    @Override
    public Interior<A> interior() {
        return around.output;
    }
}

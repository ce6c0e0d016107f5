package org.icl4j.transformer.layer;

import java.util.Optional;
import org.icl4j.kernels.AttentionHeads;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.transformer.tensor.Tensor;

/** Causal linear attention, its scores divided by the number of positions that the model has. */
final class LinearAttentionMixer<A> implements Branch<A> {
    private final Kernels<A> kernels;
    private final AttentionHeads heads;
    private final HeadProjections<A> around;
    private final Matrix<A> zeros;
    private final Matrix<A> last;

    /**
     * @param nPositions what scores are divided by
     */
    LinearAttentionMixer(
            BlockConfig config,
            int nPositions,
            Optional<RotaryAngles<A>> angles,
            Weights<A> weights,
            Workspace<A> workspace,
            Wires<A> wires) {
        int states = config.nHeads() * config.dHead();
        this.kernels = weights.kernels();
        this.heads = new AttentionHeads(config.nHeads(), 1.0 / nPositions);
        this.around = new HeadProjections<>(config, angles, weights, workspace, wires);
        this.zeros = Recurrence.zeros(workspace, states, config.dHead());
        this.last = workspace
                .scratchOf("lastState", workspace.batch(), states, config.dHead())
                .batch();
    }

    @Override
    public void forward() {
        around.project();
        kernels.linearAttention(heads, around.q, around.k, around.v, zeros, around.z, last);
        around.output.forward();
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        around.joinBackward(dOut);
        kernels.linearAttentionBackward(
                heads, around.q, around.k, around.v, zeros, around.dz, zeros, around.dq, around.dk, around.dv, last);
        around.projectBackward(dIn);
    }

    @Override
    public Interior<A> interior() {
        return around.output;
    }
}

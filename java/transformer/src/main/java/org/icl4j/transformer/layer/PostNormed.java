package org.icl4j.transformer.layer;

import java.util.Optional;
import java.util.function.Function;
import org.icl4j.kernels.Kernels;
import org.icl4j.transformer.tensor.Tensor;

/** A branch whose result is normalised before it is added to the residual stream: out = residual + norm(f(in)). */
final class PostNormed<A> implements Branch<A>, Interior<A> {
    private final Kernels<A> kernels;
    private final Wires<A> wires;
    private final Branch<A> branch;
    private final NormLayer<A> norm;
    private final Tensor<A> dRaw;

    /**
     * @param weights of the norm
     * @param branch makes the branch itself
     */
    PostNormed(
            BlockConfig config,
            Weights<A> weights,
            Workspace<A> workspace,
            Wires<A> wires,
            Function<Wires<A>, Branch<A>> branch) {
        this.kernels = weights.kernels();
        this.wires = wires;
        Tensor<A> raw = workspace.kept("raw", config.dModel());
        this.branch = branch.apply(new Wires<>(wires.in(), Optional.empty(), raw));
        Tensor<A> normed = workspace.scratch("postNormed", config.dModel());
        this.norm = new NormLayer<>(Norm.RMS, config.eps(), weights, workspace, raw, normed);
        this.dRaw = workspace.scratch("dRaw", config.dModel());
    }

    static void declare(Specs specs, BlockConfig config) {
        NormLayer.declare(specs, Norm.RMS, config.dModel());
    }

    @Override
    public void forward() {
        branch.forward();
        norm.forward();
        wires.join(kernels, norm.y());
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        System.arraycopy(dOut.array(), 0, dRaw.array(), 0, dRaw.size());
        norm.backward(dRaw);
        branch.backward(dRaw, dIn);
    }

    @Override
    public Interior<A> interior() {
        return this;
    }

    @Override
    public Tensor<A> inner() {
        return branch.interior().inner();
    }

    @Override
    public Tensor<A> alone() {
        return norm.y();
    }

    @Override
    public Optional<Tensor<A>> gates() {
        return branch.interior().gates();
    }
}

package org.icl4j.transformer.layer;

import java.util.Optional;
import java.util.function.Function;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Site;
import org.icl4j.transformer.trace.Trace;

/**
 * A block of a decoder on one shape of input: mixer and MLP, each behind its norm, joined as {@link BlockConfig.Residual} says.
 *
 * <p>Its tensors are made once; a pass allocates nothing.
 */
public final class Block<A> {
    private static final String MIXER = "attn";
    private static final String MLP = "mlp";
    private static final String MIXER_POST_NORM = "post_attention_layernorm";
    private static final String MLP_POST_NORM = "post_feedforward_layernorm";

    private final Kernels<A> kernels;
    private final Residual residual;
    private final Tensor<A> x;
    private final NormLayer<A> mixerNorm;
    private final NormLayer<A> mlpNorm;
    private final Branch<A> mixer;
    private final Branch<A> mlp;
    private final Tensor<A> mid;
    private final Tensor<A> y;
    private final Tensor<A> dBranch;
    private final Tensor<A> dMixer;

    /**
     * A block that reads {@code x}.
     *
     * @param nPositions positions that the model has
     * @param angles of the positions of the workspace, if they are rotary
     * @param x [B, T, C]
     */
    public Block(
            BlockConfig config,
            int nPositions,
            Optional<RotaryAngles<A>> angles,
            Weights<A> weights,
            Workspace<A> workspace,
            Tensor<A> x) {
        int width = config.dModel();
        boolean joined = config.residual() != Residual.NONE;
        this.kernels = weights.kernels();
        this.residual = config.residual();
        this.x = x;
        this.mid = workspace.kept("mid", width);
        this.y = workspace.own(width);
        this.mixerNorm = new NormLayer<>(config.norm(), config.eps(), weights.at("ln_1"), workspace, x);
        Wires<A> mixerWires = new Wires<>(mixerNorm.y(), joined ? Optional.of(x) : Optional.empty(), mid);
        this.mixer = postNormed(
                config,
                weights.at(MIXER_POST_NORM),
                workspace,
                mixerWires,
                wires -> new PositionMixer<>(config, nPositions, angles, weights.at(MIXER), workspace, wires));
        this.mlpNorm = config.residual() == Residual.PARALLEL
                ? mixerNorm
                : new NormLayer<>(config.norm(), config.eps(), weights.at("ln_2"), workspace, mid);
        Wires<A> mlpWires = new Wires<>(mlpNorm.y(), joined ? Optional.of(mid) : Optional.empty(), y);
        this.mlp = postNormed(
                config,
                weights.at(MLP_POST_NORM),
                workspace,
                mlpWires,
                wires -> new FeedForward<>(config, weights.at(MLP), workspace, wires));
        this.dBranch = workspace.scratch("dBranch", width);
        this.dMixer = workspace.scratch("dMixer", width);
    }

    /** Names the parameters. */
    public static void declare(Specs specs, BlockConfig config) {
        NormLayer.declare(specs.at("ln_1"), config.norm(), config.dModel());
        PositionMixer.declare(specs.at(MIXER), config);
        if (config.residual() != Residual.PARALLEL) {
            NormLayer.declare(specs.at("ln_2"), config.norm(), config.dModel());
        }
        FeedForward.declare(specs.at(MLP), config);
        if (config.postNormed()) {
            PostNormed.declare(specs.at(MIXER_POST_NORM), config);
            PostNormed.declare(specs.at(MLP_POST_NORM), config);
        }
    }

    private static <A> Branch<A> postNormed(
            BlockConfig config,
            Weights<A> weights,
            Workspace<A> workspace,
            Wires<A> wires,
            Function<Wires<A>, Branch<A>> branch) {
        return config.postNormed() ? new PostNormed<>(config, weights, workspace, wires, branch) : branch.apply(wires);
    }

    /** The output, [B, T, C]. */
    public Tensor<A> y() {
        return y;
    }

    /** Computes y. */
    public void forward() {
        mixerNorm.forward();
        mixer.forward();
        if (residual != Residual.PARALLEL) {
            mlpNorm.forward();
        }
        mlp.forward();
    }

    /**
     * Computes y, and shows {@code trace} what comes up on the way. What is never there otherwise, a branch's result before it is
     * joined to the residual stream, is computed once more for it.
     *
     * @param layer number of the block
     */
    public void forward(int layer, Trace<A> trace) {
        trace.at(layer, Site.RESID_PRE, x);
        mixerNorm.forward();
        mixer.forward();
        trace.at(layer, Site.Z, mixer.interior().inner());
        trace.at(layer, Site.ATTN_OUT, mixer.interior().alone());
        trace.at(layer, Site.RESID_MID, mid);
        if (residual != Residual.PARALLEL) {
            mlpNorm.forward();
        }
        trace.at(layer, Site.MLP_IN, mlpNorm.y());
        mlp.forward();
        mlp.interior().gates().ifPresent(gates -> trace.at(layer, Site.GATES, gates));
        trace.at(layer, Site.MLP_HIDDEN, mlp.interior().inner());
        trace.at(layer, Site.MLP_OUT, mlp.interior().alone());
        trace.at(layer, Site.RESID_POST, y);
    }

    /** d, the gradient with respect to y, becomes the one with respect to x; the parameters' are added to. */
    public void backward(Tensor<A> d) {
        switch (residual) {
            case NONE -> {
                mlp.backward(d, dBranch);
                mlpNorm.backward(dBranch);
                mixer.backward(dBranch, d);
                mixerNorm.backward(d);
            }
            case SEQUENTIAL -> {
                mlp.backward(d, dBranch);
                mlpNorm.backward(dBranch);
                add(d, dBranch);
                mixer.backward(d, dBranch);
                mixerNorm.backward(dBranch);
                add(d, dBranch);
            }
            case PARALLEL -> {
                mlp.backward(d, dBranch);
                mixer.backward(d, dMixer);
                add(dBranch, dMixer);
                mixerNorm.backward(dBranch);
                add(d, dBranch);
            }
        }
    }

    private void add(Tensor<A> to, Tensor<A> what) {
        kernels.add(to.matrix(), what.matrix(), to.matrix());
    }
}

package org.icl4j.transformer.layer;

import java.util.Optional;
import org.icl4j.kernels.Epilogue.Activation;
import org.icl4j.kernels.Gate;
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

    private final Kernels<A> kernels;
    private final Residual residual;
    private final Workspace<A> workspace;
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
        this.workspace = workspace;
        this.x = x;
        this.mid = workspace.kept("mid", width);
        this.y = workspace.own(width);
        this.mixerNorm = new NormLayer<>(config.norm(), config.eps(), weights.at("ln_1"), workspace, x);
        Wires<A> mixerWires = new Wires<>(mixerNorm.y(), joined ? Optional.of(x) : Optional.empty(), mid);
        this.mixer = mixer(config, nPositions, angles, weights.at(MIXER), workspace, mixerWires);
        this.mlpNorm = config.residual() == Residual.PARALLEL
                ? mixerNorm
                : new NormLayer<>(config.norm(), config.eps(), weights.at("ln_2"), workspace, mid);
        Wires<A> mlpWires = new Wires<>(mlpNorm.y(), joined ? Optional.of(mid) : Optional.empty(), y);
        this.mlp = mlp(config, weights.at(MLP), workspace, mlpWires);
        this.dBranch = workspace.scratch("dBranch", width);
        this.dMixer = workspace.scratch("dMixer", width);
    }

    /** Names the parameters. */
    public static void declare(Specs specs, BlockConfig config) {
        NormLayer.declare(specs.at("ln_1"), config.norm(), config.dModel());
        declareMixer(specs.at(MIXER), config);
        if (config.residual() != Residual.PARALLEL) {
            NormLayer.declare(specs.at("ln_2"), config.norm(), config.dModel());
        }
        switch (config.mlp()) {
            case RELU, GELU_EXACT, GELU_TANH -> PlainMlp.declare(specs.at(MLP), config);
            case SWIGLU, GEGLU_TANH -> GatedMlp.declare(specs.at(MLP), config);
        }
    }

    private static void declareMixer(Specs specs, BlockConfig config) {
        int states = config.dModel();
        switch (config.mixer()) {
            case SOFTMAX_ATTENTION, LINEAR_ATTENTION -> HeadProjections.declare(specs, config);
            case RNN -> {
                RecurrentMixer.declare(specs, config, states);
                Recurrence.Tanh.declare(specs.at("cell"), states);
            }
            case GRU -> {
                RecurrentMixer.declare(specs, config, 3 * states);
                Recurrence.Gated.declare(specs.at("cell"), states);
            }
            case DIAGONAL_SSM -> {
                RecurrentMixer.declare(specs, config, states);
                Recurrence.Diagonal.declare(specs.at("cell"), states);
            }
        }
    }

    private static <A> Branch<A> mixer(
            BlockConfig config,
            int nPositions,
            Optional<RotaryAngles<A>> angles,
            Weights<A> weights,
            Workspace<A> workspace,
            Wires<A> wires) {
        int states = config.dModel();
        return switch (config.mixer()) {
            case SOFTMAX_ATTENTION -> new SoftmaxMixer<>(config, angles, weights, workspace, wires);
            case LINEAR_ATTENTION -> new LinearAttentionMixer<>(config, nPositions, angles, weights, workspace, wires);
            case RNN ->
                new RecurrentMixer<>(config, (w, s) -> new Recurrence.Tanh<>(states, w, s), weights, workspace, wires);
            case GRU ->
                new RecurrentMixer<>(config, (w, s) -> new Recurrence.Gated<>(states, w, s), weights, workspace, wires);
            case DIAGONAL_SSM ->
                new RecurrentMixer<>(
                        config, (w, s) -> new Recurrence.Diagonal<>(states, w, s), weights, workspace, wires);
        };
    }

    private static <A> Branch<A> mlp(BlockConfig config, Weights<A> weights, Workspace<A> workspace, Wires<A> wires) {
        return switch (config.mlp()) {
            case RELU -> new PlainMlp<>(config, Activation.RELU, weights, workspace, wires);
            case GELU_EXACT -> new PlainMlp<>(config, Activation.GELU_EXACT, weights, workspace, wires);
            case GELU_TANH -> new PlainMlp<>(config, Activation.GELU_TANH, weights, workspace, wires);
            case SWIGLU -> new GatedMlp<>(config, Gate.SWIGLU, weights, workspace, wires);
            case GEGLU_TANH -> new GatedMlp<>(config, Gate.GEGLU_TANH, weights, workspace, wires);
        };
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
        trace.at(layer, Site.Z, mixer.output().inner());
        trace.at(layer, Site.ATTN_OUT, alone(mixer));
        trace.at(layer, Site.RESID_MID, mid);
        if (residual != Residual.PARALLEL) {
            mlpNorm.forward();
        }
        trace.at(layer, Site.MLP_IN, mlpNorm.y());
        mlp.forward();
        trace.at(layer, Site.MLP_HIDDEN, mlp.output().inner());
        trace.at(layer, Site.MLP_OUT, alone(mlp));
        trace.at(layer, Site.RESID_POST, y);
    }

    private Tensor<A> alone(Branch<A> branch) {
        Tensor<A> result = workspace.scratch("alone", x.dim(2));
        branch.output().alone(result);
        return result;
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

package org.icl4j.transformer.layer;

import java.util.Optional;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.transformer.tensor.Tensor;

/** What carries information from position to position, of any {@linkplain BlockConfig.Mixer kind}. */
public final class PositionMixer<A> implements Branch<A> {
    private final Branch<A> mixer;

    /**
     * A mixer by itself: no residual, no positions but for the order.
     *
     * @param nPositions what linear attention divides its scores by
     * @param in [B, T, C]
     * @param out [B, T, C], another tensor
     */
    public PositionMixer(
            BlockConfig config,
            int nPositions,
            Weights<A> weights,
            Workspace<A> workspace,
            Tensor<A> in,
            Tensor<A> out) {
        this(config, nPositions, Optional.empty(), weights, workspace, new Wires<>(in, Optional.empty(), out));
    }

    /**
     * @param angles of the positions of the workspace, if they are rotary
     */
    PositionMixer(
            BlockConfig config,
            int nPositions,
            Optional<RotaryAngles<A>> angles,
            Weights<A> weights,
            Workspace<A> workspace,
            Wires<A> wires) {
        int states = config.dModel();
        this.mixer = switch (config.mixer()) {
            case SOFTMAX_ATTENTION -> new SoftmaxMixer<>(config, angles, weights, workspace, wires);
            case LINEAR_ATTENTION -> new LinearAttentionMixer<>(config, nPositions, angles, weights, workspace, wires);
            case RNN ->
                new RecurrentMixer<>(config, (w, s) -> new Recurrence.Tanh<>(states, w, s), weights, workspace, wires);
            case GRU ->
                new RecurrentMixer<>(config, (w, s) -> new Recurrence.Gated<>(states, w, s), weights, workspace, wires);
            case DIAGONAL_SSM ->
                new RecurrentMixer<>(
                        config, (w, s) -> new Recurrence.Diagonal<>(states, w, s), weights, workspace, wires);
            case SELECTIVE_SSM -> new SelectiveMixer<>(config, weights, workspace, wires);
        };
    }

    /** Names the parameters. */
    public static void declare(Specs specs, BlockConfig config) {
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
            case SELECTIVE_SSM -> SelectiveMixer.declare(specs, config);
        }
    }

    @Override
    public void forward() {
        mixer.forward();
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        mixer.backward(dOut, dIn);
    }

    @Override
    @SuppressWarnings("exports") // Only blocks of this package ask for it.
    public Interior<A> interior() {
        return mixer.interior();
    }
}

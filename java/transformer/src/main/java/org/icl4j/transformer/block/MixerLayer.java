package org.icl4j.transformer.block;

import org.icl4j.transformer.layer.Linear;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.layer.PositionMixer;
import org.icl4j.transformer.layer.Specs;
import org.icl4j.transformer.layer.Weights;
import org.icl4j.transformer.layer.Workspace;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A decoder's mixer as a contextual layer: {@code read_in} brings the tokens to the width of the model, the mixer ({@code attn})
 * works on the whole prompt, and what it gives at the query is A(C, x).
 *
 * <p>Linear attention divides its scores by the number of tokens there are, query included: it averages.
 */
final class MixerLayer<A> implements ContextualLayer<A> {
    private final Linear<A> readIn;
    private final PositionMixer<A> mixer;
    private final Tensor<A> in;
    private final Tensor<A> all;
    private final Tensor<A> out;
    private final Tensor<A> dAll;
    private final Tensor<A> dIn;

    /**
     * @param length positions of the workspace
     */
    MixerLayer(ContextualBlockConfig config, Weights<A> weights, Workspace<A> workspace, int length) {
        int width = config.dModel();
        this.readIn = new Linear<>(weights.at("read_in"), false);
        this.in = workspace.own(width);
        this.all = workspace.own(width);
        this.dAll = workspace.own(width);
        this.dIn = workspace.own(width);
        this.out = Tensor.zeros(in.precision(), in.dim(0), width);
        this.mixer = new PositionMixer<>(config.bare(), length, weights.at("attn"), workspace, in, all);
    }

    static void declare(Specs specs, ContextualBlockConfig config) {
        Linear.declare(specs.at("read_in"), Role.WEIGHT, config.dToken(), config.dModel(), false);
        PositionMixer.declare(specs.at("attn"), config.bare());
    }

    @Override
    public void forward(Tensor<A> tokens) {
        readIn.forward(tokens.matrix(), in.matrix(), readIn.epilogue());
        mixer.forward();
        for (int b = 0; b < out.dim(0); b++) {
            System.arraycopy(all.array(), atQuery(b), out.array(), out.index(b, 0), out.dim(1));
        }
    }

    private int atQuery(int b) {
        return all.index(b, all.dim(1) - 1, 0);
    }

    @Override
    public Tensor<A> out() {
        return out;
    }

    @Override
    public void backward(Tensor<A> tokens, Tensor<A> dOut) {
        for (int b = 0; b < out.dim(0); b++) { // Nothing else is ever written there: zeros at all other positions.
            System.arraycopy(dOut.array(), dOut.index(b, 0), dAll.array(), atQuery(b), out.dim(1));
        }
        mixer.backward(dAll, dIn);
        readIn.backwardOfWeights(tokens.matrix(), dIn.matrix());
    }
}

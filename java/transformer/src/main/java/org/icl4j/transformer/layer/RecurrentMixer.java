package org.icl4j.transformer.layer;

import java.util.function.BiFunction;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/** A {@link Recurrence} ({@code cell}) between two linear maps, {@code in_proj} and {@code c_proj}. */
final class RecurrentMixer<A> implements Branch<A> {
    private final Wires<A> wires;
    private final Linear<A> in;
    private final Output<A> output;
    private final Recurrence<A> cell;
    private final Tensor<A> pre;
    private final Tensor<A> h;
    private final Tensor<A> dPre;
    private final Tensor<A> dH;

    /**
     * @param cell makes the recurrence of its parameters
     */
    RecurrentMixer(
            BlockConfig config,
            BiFunction<Weights<A>, Workspace<A>, Recurrence<A>> cell,
            Weights<A> weights,
            Workspace<A> workspace,
            Wires<A> wires) {
        this.wires = wires;
        this.cell = cell.apply(weights.at("cell"), workspace);
        this.in = new Linear<>(weights.at("in_proj"), true);
        int width = this.cell.width();
        this.pre = workspace.kept("pre", width);
        this.h = workspace.kept("h", config.dModel());
        this.output = new Output<>(new Linear<>(weights.at("c_proj"), config.biased()), h, workspace, wires);
        this.dPre = workspace.scratch("dPre", width);
        this.dH = workspace.scratch("dH", config.dModel());
    }

    /** Names the parameters, but for those of the recurrence itself, of which {@code width} numbers a position are asked. */
    static void declare(Specs specs, BlockConfig config, int width) {
        Linear.declare(specs.at("in_proj"), Role.WEIGHT, config.dModel(), width, true);
        Linear.declare(specs.at("c_proj"), Role.RESIDUAL_WEIGHT, config.dModel(), config.dModel(), config.biased());
    }

    @Override
    public void forward() {
        in.forward(wires.in().matrix(), pre.matrix(), in.epilogue());
        cell.forward(pre.batch(), h.batch());
        output.forward();
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        output.backward(dOut, dH.matrix());
        cell.backward(h.batch(), dH.batch(), dPre.batch());
        in.backward(wires.in().matrix(), dPre.matrix(), dIn.matrix());
    }

    @Override
    public Interior<A> interior() {
        return output;
    }
}

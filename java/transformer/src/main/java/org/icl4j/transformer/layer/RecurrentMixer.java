package org.icl4j.transformer.layer;

import java.util.function.BiFunction;
import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/** A {@link Recurrence} ({@code cell}) between two linear maps, {@code in_proj} and {@code c_proj}. */
final class RecurrentMixer<A> implements Branch<A> {
    private final Wires<A> wires;
    private final Linear<A> in;
    private final Linear<A> out;
    private final Epilogue<A> end;
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
        this.out = new Linear<>(weights.at("c_proj"), config.biased());
        this.end = wires.onto(out.epilogue());
        int width = this.cell.width();
        this.pre = workspace.kept("pre", width);
        this.h = workspace.kept("h", config.dModel());
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
        Matrix<A> states = h.matrix();
        out.forward(states, wires.out().matrix(), end);
    }

    @Override
    public void backward(Tensor<A> dOut, Tensor<A> dIn) {
        out.backward(h.matrix(), dOut.matrix(), dH.matrix());
        cell.backward(h.batch(), dH.batch(), dPre.batch());
        in.backward(wires.in().matrix(), dPre.matrix(), dIn.matrix());
    }
}

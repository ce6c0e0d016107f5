package org.icl4j.lab.patch;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.lab.patch.BlockPatcher.Step;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Recorder;

/** The changes of one block while they are worked out. */
final class BlockChanges<A> {
    /** ‖x‖ by what is to be reached by way of x: where it is as small as that, x is taken for 0. Numbers that are none go on. */
    private static final double LIMIT = 1e-12;

    private final BlockConfig config;
    private final OutputForm form;
    private final String block;
    private final Parameters<A> parameters;
    private final BlockActivations context;
    private final BlockActivations alone;
    private final List<Change<A>> changes = new ArrayList<>();

    BlockChanges(
            BlockPatcher patcher,
            Parameters<A> parameters,
            int layer,
            Recorder<A> context,
            int position,
            Recorder<A> alone) {
        this.config = patcher.config();
        this.form = patcher.form();
        this.block = "h." + layer;
        this.parameters = parameters;
        this.context = BlockActivations.of(config, context, layer, position);
        this.alone = BlockActivations.of(config, alone, layer, 0);
    }

    Patch<A> of(Step step) {
        switch (step) {
            case INPUTS -> changeInputs();
            case REST -> changeRest(besideMlp());
            case DIRECTION -> changeDirection(besideMlp());
            case GAIN -> changeGain(besideMlp());
        }
        return new Patch<>(changes);
    }

    /** v_C − v, as far as it reaches the output. */
    private double[] besideMlp() {
        return config.residual() == Residual.NONE
                ? new double[config.dModel()]
                : Doubles.difference(context.residMid(), alone.residMid());
    }

    private void changeInputs() {
        if (config.residual() == Residual.PARALLEL) {
            return;
        }
        if (config.experts().isPresent()) {
            changeInput(block + ".mlp.gate.weight");
        }
        for (int e : active(context)) {
            List<String> maps = config.mlp().isGated() ? List.of("gate_proj", "up_proj") : List.of("c_fc");
            maps.forEach(map -> changeInput(mlp(e) + map + ".weight"));
        }
    }

    private void changeInput(String name) {
        double[] z = alone.mlpIn();
        double[] difference = Doubles.difference(context.mlpIn(), z);
        changeWeight(name, Doubles.product(parameters.get(name), difference), z, "z, the input of the MLP,");
    }

    /** Makes the weight give {@code more} than before where it reads {@code x}: ΔW = more·xᵀ/‖x‖². */
    private void changeWeight(String name, double[] more, double[] x, String nameOfX) {
        double norm = Math.sqrt(Doubles.squaredNorm(x));
        double reach = Math.sqrt(Doubles.squaredNorm(more));
        if (reach == 0) {
            return;
        }
        if (norm <= LIMIT * reach && Double.isFinite(reach)) {
            throw new NoPatchException("no rank-1 patch of '" + name + "': " + nameOfX + " has norm " + norm
                    + ", and is to give " + reach + " more; it must be above " + LIMIT + " of that");
        }
        Tensor<A> weight = parameters.get(name);
        changes.add(new Change.RankOne<>(
                name, Doubles.tensor(weight, more, 1 / norm), Doubles.tensor(weight, x, 1 / norm)));
    }

    private void changeRest(double[] delta) {
        if (form == OutputForm.BIAS && Doubles.squaredNorm(delta) > 0) {
            String name = block + ".mlp.c_proj.bias";
            changes.add(new Change.Shift<>(name, Doubles.tensor(parameters.get(name), delta, 1)));
        } else if (form == OutputForm.WEIGHT) {
            changeDown(delta);
        }
    }

    /** Adds {@code delta} to what the MLP gives before any norm. */
    private void changeDown(double[] delta) {
        double sum = active(alone).stream().mapToDouble(e -> alone.gates()[e]).sum();
        double[] share = new double[delta.length];
        Doubles.add(share, 1 / sum, delta);
        for (int e : active(alone)) {
            changeWeight(downName(e), share, hidden(e), "h, the hidden layer,");
        }
    }

    private void changeGain(double[] delta) {
        double[] missing = Doubles.difference(context.mlpOut(), alone.mlpOut());
        Doubles.add(missing, 1, delta);
        double[] normed = normed();
        double[] change = new double[missing.length];
        for (int j = 0; j < change.length; j++) {
            if (normed[j] == 0 && missing[j] != 0) {
                throw new NoPatchException("no patch of '" + gainName() + "': component " + j
                        + " of what it multiplies is 0, where " + missing[j] + " is missing"
                        + (form == OutputForm.GAIN
                                ? "; use the stable form, which changes the MLP's last map too"
                                : ""));
            }
            change[j] = missing[j] == 0 ? 0 : missing[j] / normed[j];
        }
        Tensor<A> gain = parameters.get(gainName());
        changes.add(new Change.Shift<>(gainName(), Doubles.tensor(gain, change, 1)));
    }

    /** f, from what the block made of it, m∘f: to its last digits where m is not 0. */
    private double[] normed() {
        double[] result = result();
        double size = Math.sqrt(Doubles.squaredNorm(result) / result.length + config.eps());
        Tensor<A> gain = parameters.get(gainName());
        double[] normed = new double[result.length];
        for (int j = 0; j < normed.length; j++) {
            normed[j] = gain.get(j) == 0 ? result[j] / size : alone.mlpOut()[j] / gain.get(j);
        }
        return normed;
    }

    /** The norm makes s·y of a vector p = ‖p‖·y, y of mean square 1, with s = 1 but for eps; so s·m is the gain of y. */
    private void changeDirection(double[] delta) {
        double[] result = result();
        double size = Doubles.rootMeanSquare(result);
        double length = size > 0 ? size : 1;
        double[] gain = new double[delta.length];
        Doubles.add(gain, length / Math.sqrt(length * length + config.eps()), Doubles.of(parameters.get(gainName())));
        double[] goal = delta.clone();
        for (int j = 0; j < goal.length; j++) {
            goal[j] += gain[j] * result[j] / length;
        }
        double[] turned = new double[delta.length];
        Doubles.add(turned, length, SphereProjection.of(gain, goal).y());
        changeDown(Doubles.difference(turned, result));
    }

    /** Σ gₑ·Wₑ·hₑ (+ bₑ): what the MLP gives before its norm. */
    private double[] result() {
        double[] sum = new double[config.dModel()];
        for (int e : active(alone)) {
            double gate = alone.gates()[e];
            Doubles.add(sum, gate, Doubles.product(parameters.get(downName(e)), hidden(e)));
            if (config.biased() && !config.mlp().isGated()) {
                Doubles.add(sum, gate, Doubles.of(parameters.get(mlp(e) + "c_proj.bias")));
            }
        }
        return sum;
    }

    private static List<Integer> active(BlockActivations at) {
        List<Integer> active = new ArrayList<>();
        for (int e = 0; e < at.gates().length; e++) {
            if (at.gates()[e] > 0) {
                active.add(e);
            }
        }
        return active;
    }

    private double[] hidden(int e) {
        double[] h = new double[config.dMlp()];
        System.arraycopy(alone.hidden(), e * h.length, h, 0, h.length);
        return h;
    }

    private String mlp(int e) {
        return block + ".mlp." + (config.experts().isPresent() ? "experts." + e + "." : "");
    }

    private String downName(int e) {
        return mlp(e) + (config.mlp().isGated() ? "down_proj" : "c_proj") + ".weight";
    }

    private String gainName() {
        return block + ".post_feedforward_layernorm.weight";
    }
}

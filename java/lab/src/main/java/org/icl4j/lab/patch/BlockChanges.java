package org.icl4j.lab.patch;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.patch.BlockPatcher.Step;
import org.icl4j.transformer.layer.BlockConfig;
import org.icl4j.transformer.layer.BlockConfig.Residual;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Recorder;

/** The changes of one block while they are worked out. */
final class BlockChanges<A> {
    private final BlockConfig config;
    private final OutputForm form;
    private final MlpWeights weights;
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
        this.weights = new MlpWeights(config, layer);
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
        if (weights.isRouted()) {
            changeInput(weights.router());
        }
        for (int e : MlpWeights.chosen(context.gates())) {
            weights.inputs(e).forEach(this::changeInput);
        }
    }

    private void changeInput(String name) {
        double[] z = alone.mlpIn();
        double[] more = Doubles.product(parameters.get(name), Doubles.difference(context.mlpIn(), z));
        if (Doubles.squaredNorm(more) != 0) {
            conditioning(z, context.mlpIn())
                    .require(
                            precision(name),
                            "'" + name + "'",
                            "|z|, z the input of the MLP,",
                            "the same behind the context");
            changeWeight(name, more, z);
        }
    }

    private static Conditioning conditioning(double[] x, double[] target) {
        return new Conditioning(Math.sqrt(Doubles.squaredNorm(x)), Math.sqrt(Doubles.squaredNorm(target)));
    }

    private Precision<A> precision(String name) {
        return parameters.get(name).precision();
    }

    /** Makes the weight give {@code more} than before where it reads {@code x}: ΔW = more·xᵀ/‖x‖². */
    private void changeWeight(String name, double[] more, double[] x) {
        double norm = Math.sqrt(Doubles.squaredNorm(x));
        Tensor<A> weight = parameters.get(name);
        changes.add(new Change.RankOne<>(
                name, Doubles.tensor(weight, more, 1 / norm), Doubles.tensor(weight, x, 1 / norm)));
    }

    private void changeRest(double[] delta) {
        if (form == OutputForm.BIAS && Doubles.squaredNorm(delta) > 0) {
            String name = weights.lastBias(0);
            changes.add(new Change.Shift<>(name, Doubles.tensor(parameters.get(name), delta, 1)));
        } else if (form == OutputForm.WEIGHT) {
            changeLast(delta);
        }
    }

    /** Adds {@code delta} to what the MLP gives before any norm. */
    private void changeLast(double[] delta) {
        if (Doubles.squaredNorm(delta) == 0) {
            return;
        }
        List<Integer> chosen = MlpWeights.chosen(alone.gates());
        double sum = chosen.stream().mapToDouble(e -> alone.gates()[e]).sum();
        double[] share = new double[delta.length];
        Doubles.add(share, 1 / sum, delta);
        for (int e : chosen) {
            double[] h = weights.hidden(alone.hidden(), e);
            String name = weights.last(e);
            conditioning(h, share)
                    .require(
                            precision(name),
                            "'" + name + "'",
                            "|h|, h the hidden layer,",
                            "the size of what it is to give more");
            changeWeight(name, share, h);
        }
    }

    private void changeGain(double[] delta) {
        double[] missing = Doubles.difference(context.mlpOut(), alone.mlpOut());
        Doubles.add(missing, 1, delta);
        double[][] normed = {norm().normed(result(), alone.mlpOut())};
        String remedy = form == OutputForm.GAIN
                ? " (the stable form, which changes the MLP's last map too, needs no such division)"
                : "";
        double[] change = norm().change(precision(weights.gain()), new double[][] {missing}, normed, remedy);
        changes.add(new Change.Shift<>(weights.gain(), Doubles.tensor(parameters.get(weights.gain()), change, 1)));
    }

    private void changeDirection(double[] delta) {
        changeLast(Doubles.difference(norm().turned(result(), delta), result()));
    }

    private PostNorm norm() {
        return PostNorm.of(weights, parameters);
    }

    /** What the MLP gives before its norm. */
    private double[] result() {
        return weights.result(parameters, alone.hidden(), alone.gates());
    }
}

package org.icl4j.lab.rank1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.rank1.RandomBlocks.Outcome;
import org.icl4j.lab.task.Prompts;

/**
 * The theorem is one of linear algebra, so it holds for every contextual layer; here it is tried on six, random and trained (cards D1,
 * D2, D3a and D4 to D6). What does depend on the layer is how much each further example changes the update.
 */
public final class LayersExperiment implements Experiment {
    private final UpdateRule rule;

    /** The experiment with the update of the theorem. */
    public LayersExperiment() {
        this(new RankOneUpdate());
    }

    /** The experiment with another update, to see that it notices. */
    LayersExperiment(UpdateRule rule) {
        this.rule = rule;
    }

    @Override
    public String name() {
        return "rank1.layers";
    }

    @Override
    public String summary() {
        return "the rank-1 update for attention, recurrent networks and state-space models";
    }

    @Override
    public Map<Scale, String> durations() {
        Map<Scale, String> durations = new EnumMap<>(Scale.class);
        durations.put(Scale.QUICK, "40 s");
        durations.put(Scale.STANDARD, "3 min");
        durations.put(Scale.FULL, "40 min");
        return durations;
    }

    @Override
    public List<Setting> settings() {
        List<Setting> settings = new ArrayList<>(BlockSettings.list(
                BlockSettings.steps(500, 3000, 30000),
                BlockSettings.evaluations(5, 20, 50),
                BlockSettings.prompts(128, 512, 2048)));
        settings.add(Setting.integer("blocks", 20, 1, 10_000, "random blocks of each layer"));
        return settings;
    }

    @Override
    public List<Claim> claims(Scale scale, Precision<?> precision) {
        return LayersClaims.at(scale, precision);
    }

    @Override
    public <A> void run(Run<A> run) throws IOException {
        BlockSettings.config(run.settings()); // Before the work begins.
        int count = run.settings().integer("blocks");
        Map<LayerKind, RandomBlocks> random = new EnumMap<>(LayerKind.class);
        for (LayerKind layer : LayerKind.values()) {
            RandomBlocks blocks = RandomBlocks.measure(run, rule, layer.mixer(), "random." + layer.label(), count);
            concludeOnRandom(run, layer, blocks);
            random.put(layer, blocks);
        }
        concludeOnAllRandom(run, random);
        GradientStep.conclude(run, GradientStep.draw(run, rule, count));
        if (run.precision() == Precision.F32) {
            List<TrainedLayer> trained = trained(run);
            concludeOnTrained(run, trained);
            LayersPlots.draw(run, trained);
        }
    }

    private <A> List<TrainedLayer> trained(Run<A> run) throws IOException {
        Prompts<A> heldOut = BlockSettings.heldOut(run);
        List<TrainedLayer> trained = new ArrayList<>();
        try (Kernels<double[]> f64 =
                Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"))) {
            for (LayerKind layer : LayerKind.values()) {
                trained.add(TrainedLayer.of(run, f64, rule, layer, heldOut));
            }
        }
        return trained;
    }

    private static void concludeOnRandom(Run<?> run, LayerKind layer, RandomBlocks blocks) {
        run.conclude(
                "identity.random." + layer.label(), blocks.worst(o -> o.errors().identity()));
        run.conclude(
                "rank.random." + layer.label(), blocks.worst(o -> o.errors().rank()));
        run.conclude(
                "part.random." + layer.label(), blocks.worst(o -> o.errors().part()));
        run.conclude(
                "tokens.random." + layer.label(), blocks.worst(o -> o.errors().token()));
    }

    private static void concludeOnAllRandom(Run<?> run, Map<LayerKind, RandomBlocks> random) {
        RandomBlocks all = RandomBlocks.together(random.values());
        run.conclude("identity.random-control", all.least(o -> o.errors().unpatched()));
        run.conclude("part.empty", all.worst(o -> o.errors().empty()));
        run.conclude("part.random-control", all.least(o -> o.errors().youngerUnpatched()));
        run.conclude("skip.random", all.worst(o -> o.skip().patched()));
        run.conclude("skip.control", all.least(o -> o.skip().withoutBias()));
        run.conclude("tokens.prefix-rank", all.worst(Outcome::prefixRank));
        run.conclude("tokens.random-control", all.least(o -> o.errors().tokens().skipped()));
        if (run.precision() == Precision.F64) {
            run.conclude("tokens.least-norm", all.least(Outcome::normRatio));
            run.conclude("tokens.removal-rank", all.least(Outcome::removalRank));
        }
        Map<LayerKind, RandomBlocks> others = new EnumMap<>(random);
        RandomBlocks linear = others.remove(LayerKind.DIAGONAL_SSM);
        run.conclude("rank.control", RandomBlocks.together(others.values()).least(Outcome::twoQueries));
        run.conclude("rank.diagonal-ssm", linear.worst(Outcome::twoQueries));
    }

    private static void concludeOnTrained(Run<?> run, List<TrainedLayer> trained) {
        double zeroLoss = BlockSettings.task(run.settings()).zeroError() / 2;
        for (TrainedLayer layer : trained) {
            String label = layer.kind().label();
            concludeOnTheorem(run, Precision.F32, label, Estimate.exact(layer.worstIdentity()), layer.errors());
            concludeOnTheorem(
                    run,
                    Precision.F64,
                    label,
                    TheoremErrors.worst(layer.inDouble(), TheoremErrors::identity),
                    layer.inDouble());
            run.conclude("loss.patched." + label, Estimate.exact(layer.worstGap() / zeroLoss));
            if (LayersClaims.learntLoss(layer.kind(), run.request().scale()).isPresent()) {
                run.conclude(
                        "loss.trained." + label,
                        Estimate.mean(layer.halfSquares()).dividedBy(zeroLoss));
            }
            run.conclude("decay.slope." + label, layer.marginal().slope(run));
            if (layer.kind().averages()) {
                run.conclude("decay.control." + label, layer.marginal().foreignSlope(run));
            }
        }
        run.conclude("identity.trained-control", least(trained, Evaluation::unpatchedError));
        run.conclude("identity.foreign-control", least(trained, Evaluation::foreignError));
        run.conclude(run.request().scale() == Scale.QUICK ? "decay.close" : "decay.best", best(trained));
    }

    private static void concludeOnTheorem(
            Run<?> run, Precision<?> in, String label, Estimate identity, List<TheoremErrors> errors) {
        run.conclude("identity.trained." + label, in, identity);
        run.conclude("rank.trained." + label, in, TheoremErrors.worst(errors, TheoremErrors::rank));
        run.conclude("part.trained." + label, in, TheoremErrors.worst(errors, TheoremErrors::part));
        run.conclude("tokens.trained." + label, in, TheoremErrors.worst(errors, TheoremErrors::token));
    }

    /** The least of all layers at the end. */
    private static Estimate least(List<TrainedLayer> trained, ToDoubleFunction<Evaluation> value) {
        return Estimate.exact(Errors.least(
                trained.stream().map(TrainedLayer::last).mapToDouble(value).toArray()));
    }

    /** The GRU's loss by that of the best of the others, on the same prompts. */
    private static Estimate best(List<TrainedLayer> trained) {
        double[] gru = null;
        double[] best = null;
        for (TrainedLayer layer : trained) {
            if (layer.kind() == LayerKind.GRU) {
                gru = layer.halfSquares();
            } else if (best == null
                    || Estimate.mean(layer.halfSquares()).value()
                            < Estimate.mean(best).value()) {
                best = layer.halfSquares();
            }
        }
        return Estimate.ratio(gru, best);
    }
}

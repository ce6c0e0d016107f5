package org.icl4j.lab.rank1;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hipparchus.stat.regression.SimpleRegression;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.task.Prompts;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * How much each further example changes ΔW (card D6; Figure 3 of the paper): ‖ΔW_{i+1} − ΔW_i‖, ΔW_i for the first i examples. For
 * attention, which averages, it falls like 1/i. The control takes ΔW_{i+1} from another prompt's context: that difference does not
 * fall.
 *
 * @param own norms by prompt and i
 * @param foreign those of the control
 */
record MarginalUpdates(double[][] own, double[][] foreign) {
    private static final int FIT_FROM = 5;
    private static final int RESAMPLES = 1_000;
    private static final double TAIL = 0.025;

    /** At quick scale the paper's 100; more where there is time, as the slope of some layers hangs on few prompts. */
    private static int prompts(Scale scale) {
        return scale == Scale.QUICK ? 100 : 400;
    }

    /** Measures the first prompts; every context of every length of each of them is computed. */
    static <A> MarginalUpdates of(Run<A> run, PatchedBlock<A> patching, Prompts<A> all) {
        int count = Math.min(prompts(run.request().scale()), all.count());
        Prompts<A> heldOut = all.range(0, Math.min(count + 1, all.count())); // One more, as the last one's control.
        int n = heldOut.examples();
        double[][] own = new double[count][n];
        double[][] foreign = new double[count][n];
        try (var stage = run.progress().begin("marginal updates", count)) {
            List<Tensor<A>> contexts = contexts(patching, heldOut);
            for (int p = 0; p < count; p++) {
                Tensor<A> query = contexts.getFirst().row(p);
                Tensor<A> before = patching.update(query, query);
                for (int i = 0; i < n; i++) {
                    Tensor<A> next = patching.update(contexts.get(i + 1).row(p), query);
                    Tensor<A> other = patching.update(contexts.get(i + 1).row((p + 1) % heldOut.count()), query);
                    own[p][i] = next.minus(before).norm();
                    foreign[p][i] = other.minus(before).norm();
                    before = next;
                }
                stage.at(p + 1, "");
            }
        }
        return new MarginalUpdates(own, foreign);
    }

    static <A> void run(Run<A> run, PatchedBlock<A> patching, Prompts<A> heldOut) {
        MarginalUpdates updates = of(run, patching, heldOut);
        updates.record(run, "trained.marginal");
        run.conclude("decay.slope", updates.slope(run));
        run.conclude("decay.control", updates.foreignSlope(run));
        plot(run, updates.means(), means(updates.foreign, everyOne(updates.foreign.length)), updates.own.length);
    }

    /** Records the mean norms. */
    void record(Run<?> run, String condition) {
        double[] means = means();
        double[] foreignMeans = means(foreign, everyOne(foreign.length));
        for (int i = 0; i < means.length; i++) {
            run.measure(condition + ".own", i, "updateNorm", means[i]);
            run.measure(condition + ".foreign", i, "updateNorm", foreignMeans[i]);
        }
    }

    /** Mean norm after i examples. */
    double[] means() {
        return means(own, everyOne(own.length));
    }

    /** Slope of log mean norm against log i for i ≥ 5. */
    double fittedSlope() {
        return fit(means()).getSlope();
    }

    /** The same with a percentile bootstrap over prompts. */
    Estimate slope(Run<?> run) {
        return slope(run, own);
    }

    /** That of the control. */
    Estimate foreignSlope(Run<?> run) {
        return slope(run, foreign);
    }

    /** A(c₁…c_i, x) of all prompts, for i = 0 … n. */
    private static <A> List<Tensor<A>> contexts(PatchedBlock<A> patching, Prompts<A> prompts) {
        return IntStream.rangeClosed(0, prompts.examples())
                .mapToObj(i -> patching.block().context(prompts.first(i).tokens()))
                .toList();
    }

    private static int[] everyOne(int count) {
        int[] all = new int[count];
        Arrays.setAll(all, i -> i);
        return all;
    }

    private static double[] means(double[][] norms, int[] prompts) {
        double[] means = new double[norms[0].length];
        for (int p : prompts) {
            for (int i = 0; i < means.length; i++) {
                means[i] += norms[p][i] / prompts.length;
            }
        }
        return means;
    }

    private static Estimate slope(Run<?> run, double[][] norms) {
        double[] slopes = new double[RESAMPLES];
        int[] drawn = new int[norms.length];
        for (int r = 0; r < RESAMPLES; r++) {
            RandomStream random = RandomStream.of(run.seed(), "bootstrap", 0, r);
            Arrays.setAll(drawn, i -> random.nextInt(norms.length));
            slopes[r] = fit(means(norms, drawn)).getSlope();
        }
        Arrays.sort(slopes);
        if (Double.isNaN(slopes[RESAMPLES - 1])) { // A NaN is sorted to the end, beyond the percentile.
            return Estimate.exact(Double.NaN);
        }
        int low = (int) (TAIL * RESAMPLES);
        return new Estimate(
                fit(means(norms, everyOne(norms.length))).getSlope(), slopes[low], slopes[RESAMPLES - 1 - low]);
    }

    private static SimpleRegression fit(double[] means) {
        SimpleRegression regression = new SimpleRegression();
        for (int i = FIT_FROM; i < means.length; i++) {
            regression.addData(Math.log(i), Math.log(means[i]));
        }
        return regression;
    }

    private static void plot(Run<?> run, double[] means, double[] foreignMeans, int count) {
        int n = means.length;
        double[] xs = new double[n];
        double[] fitted = new double[n];
        SimpleRegression regression = fit(means);
        for (int i = 0; i < n; i++) {
            xs[i] = i;
            fitted[i] = i < FIT_FROM ? Double.NaN : Math.exp(regression.predict(Math.log(i)));
        }
        String slope = String.format(Locale.ROOT, "%.2f", regression.getSlope());
        run.plot(Plot.of(
                        "marginal-updates",
                        "Each further example changes ΔW less",
                        "mean over " + count + " prompts of the Frobenius norm of ΔW(i+1) − ΔW(i)",
                        Axis.logarithmic("examples already in the prompt, i"),
                        Axis.logarithmic("‖ΔW(i+1) − ΔW(i)‖"))
                .with(new Series("same prompt", Style.LINE, xs, means))
                .with(new Series("fit for i ≥ " + FIT_FROM + ": slope " + slope, Style.DASHED, xs, fitted))
                .with(new Series("control: next context from another prompt", Style.LINE, xs, foreignMeans)));
    }
}

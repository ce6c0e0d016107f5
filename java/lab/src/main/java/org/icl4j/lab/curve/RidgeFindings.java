package org.icl4j.lab.curve;

import java.util.Arrays;
import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.report.Figures;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** Card K1: which ridge regression a decoder is that learned from noisy labels. */
final class RidgeFindings {
    /** λ is σ² times powers of 2 up to this one, and divided by them. */
    private static final int OCTAVES = 5;

    private RidgeFindings() {}

    static void report(Run<?> run, Lesson lesson, Predictor predictor, int prompts) {
        double variance = lesson.functions().noise() * lesson.functions().noise();
        double[] lambdas = new double[2 * OCTAVES + 1];
        Arrays.setAll(lambdas, i -> Math.scalb(variance, i - OCTAVES));
        List<Points> points = lesson.fresh(run.seed(), prompts, lesson.points());
        RidgeFit fit = RidgeFit.of(predictor, points, lesson.functions().zeroError(), lambdas);
        for (int i = 0; i < lambdas.length; i++) {
            run.measure("ridge", i, "lambda", lambdas[i]);
            run.measure("ridge", i, "distance", fit.distances()[i].value());
        }
        run.measure("ridge.leastSquares", 0, "distance", fit.toLeastSquares().value());
        double factor = fit.bestLambda() / variance;
        run.conclude("ridge.lambda", Estimate.exact(Math.max(factor, 1 / factor)));
        run.conclude("ridge.distance", fit.leastDistance());
        run.conclude("ridge.least-squares", fit.leastSquaresByRidge());
        run.plot(plot(fit, variance));
    }

    private static Plot plot(RidgeFit fit, double variance) {
        double[] distances =
                Arrays.stream(fit.distances()).mapToDouble(Estimate::value).toArray();
        double[] ends = {fit.lambdas()[0], fit.lambdas()[fit.lambdas().length - 1]};
        double far = fit.toLeastSquares().value();
        return Plot.of(
                        "ridge",
                        "Taught on noisy labels, the decoder is a ridge regression, not least squares",
                        "mean squared difference of the answers, by that of the targets from 0; a prompt counts for at"
                                + " most "
                                + Figures.text(RidgeFit.MOST),
                        Axis.logarithmic("lambda"),
                        Axis.logarithmic("difference"))
                .with(new Series("to ridge regression", Style.LINE, fit.lambdas(), distances))
                .with(new Series("to least squares", Style.DASHED, ends, new double[] {far, far}))
                .with(CurvePlot.mark(
                        "variance of the noise", variance, fit.leastDistance().value(), far));
    }
}

package org.icl4j.lab.curve;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Style;

/** The errors of a decoder and of rivals, against the number of examples, on the same prompts. */
final class ErrorCurves {
    /** The greatest error that is drawn: estimators of few examples are far worse than answering 0. */
    private static final double HIGHEST = 1.5;

    private final int prompts;
    private final SquaredDifferences model;
    private final Map<String, SquaredDifferences> rivals = new LinkedHashMap<>();

    /**
     * @param unit error of answering 0, which so becomes 1
     * @param rivals by the names that they have in the picture
     */
    ErrorCurves(List<Points> prompts, double unit, Predictor predictor, Map<String, Predictor> rivals) {
        this.prompts = prompts.size();
        this.model = SquaredDifferences.errors(predictor, prompts, unit);
        rivals.forEach((name, rival) -> this.rivals.put(name, SquaredDifferences.errors(rival, prompts, unit)));
    }

    /** The decoder's. */
    SquaredDifferences model() {
        return model;
    }

    /** The decoder's mean error by that of a rival. */
    Estimate ratio(String rival, int examples) {
        return Estimate.ratio(model.at(examples), rivals.get(rival).at(examples));
    }

    /** Records all, with their intervals. */
    void measure(Run<?> run, String condition) {
        measure(run, condition, model);
        rivals.forEach((name, errors) -> measure(run, condition + "." + name.replace(' ', '-'), errors));
    }

    private static void measure(Run<?> run, String condition, SquaredDifferences errors) {
        for (int k = 0; k <= errors.most(); k++) {
            Estimate error = errors.mean(k);
            run.measure(condition, k, "error", error.value());
            run.measure(condition, k, "errorLow", error.low());
            run.measure(condition, k, "errorHigh", error.high());
        }
    }

    /** All, on prompts of up to {@code points} points. */
    Plot plot(String name, String title, int points) {
        Plot plot = CurvePlot.of(
                        name,
                        title,
                        "squared error by that of answering 0, mean of " + prompts + " fresh prompts; up to " + HIGHEST,
                        Axis.linear("error"))
                .with(CurvePlot.series("decoder", Style.LINE, drawn(model), points));
        for (Map.Entry<String, SquaredDifferences> rival : rivals.entrySet()) {
            plot = plot.with(CurvePlot.series(rival.getKey(), Style.DASHED, drawn(rival.getValue()), points));
        }
        return plot;
    }

    /** The curve, with NaN for what is not drawn. */
    private static double[] drawn(SquaredDifferences errors) {
        return Arrays.stream(errors.curve())
                .map(e -> e <= HIGHEST ? e : Double.NaN)
                .toArray();
    }
}

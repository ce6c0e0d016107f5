package org.icl4j.lab.curve;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.regression.Averaging;
import org.icl4j.lab.task.regression.LeastSquares;
import org.icl4j.lab.task.regression.NearestNeighbours;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.lab.task.regression.Zero;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Style;

/** Cards R1 and R2: the error against the number of examples, beside the oracles', and past the longest prompt of training. */
final class ContextLengthFindings {
    /** With as many examples as dimensions least squares is right, and following it no other claim than being right. */
    private static final int FEW = 2;

    private final Run<?> run;
    private final Lesson lesson;
    private final ErrorCurves curves;
    private final SquaredDifferences model;
    private final double[] zeroWithoutExamples;
    private final SquaredDifferences toLeastSquares;

    ContextLengthFindings(Run<?> run, Lesson lesson, Predictor predictor, int prompts) {
        this.run = run;
        this.lesson = lesson;
        double unit = lesson.functions().zeroError();
        List<Points> points = lesson.fresh(run.seed(), prompts, lesson.longest());
        this.curves = new ErrorCurves(points, unit, predictor, oracles());
        this.model = curves.model();
        this.zeroWithoutExamples =
                SquaredDifferences.errors(new Zero(), points, unit).at(0);
        this.toLeastSquares =
                SquaredDifferences.of(predictor.predictAll(points), new LeastSquares().predictAll(points), unit);
    }

    private static Map<String, Predictor> oracles() {
        Map<String, Predictor> oracles = new LinkedHashMap<>();
        oracles.put("least squares", new LeastSquares());
        oracles.put("3 nearest neighbours", new NearestNeighbours(3));
        oracles.put("averaging", new Averaging());
        return oracles;
    }

    void report() {
        curves.measure(run, "linear");
        for (int k = 0; k <= toLeastSquares.most(); k++) {
            run.measure(
                    "linear",
                    k,
                    "differenceFromLeastSquares",
                    toLeastSquares.mean(k).value());
        }
        conclude();
        run.plot(curves.plot(
                "error", "The more examples, the better: the decoder follows least squares", lesson.points()));
        run.plot(lengths());
    }

    private void conclude() {
        int nDims = lesson.functions().nDims();
        int trained = lesson.points() - 1;
        run.conclude("linear.at-d", model.mean(nDims));
        run.conclude("linear.at-2d", model.mean(2 * nDims));
        run.conclude(
                "linear.no-examples",
                Estimate.difference(model.at(0), zeroWithoutExamples).size());
        run.conclude("linear.few-examples", farthestFromLeastSquares(Math.min(FEW, nDims - 1)));
        run.conclude("linear.falling", largestRise(trained));
        run.conclude("length.jump", Estimate.ratio(model.at(trained + 1), model.at(trained)));
    }

    private Estimate farthestFromLeastSquares(int upTo) {
        Estimate farthest = toLeastSquares.mean(0);
        for (int k = 1; k <= upTo; k++) {
            Estimate distance = toLeastSquares.mean(k);
            farthest = distance.value() > farthest.value() ? distance : farthest;
        }
        return farthest;
    }

    /** From one number of examples to the next. */
    private Estimate largestRise(int upTo) {
        return IntStream.rangeClosed(1, upTo)
                .mapToObj(k -> Estimate.difference(model.at(k), model.at(k - 1)))
                .max(Comparator.comparingDouble(Estimate::value))
                .orElseThrow();
    }

    private Plot lengths() {
        double[] errors = model.curve();
        double least = Arrays.stream(errors).min().orElseThrow();
        double most = Arrays.stream(errors).max().orElseThrow();
        return CurvePlot.of(
                        "length",
                        "Past the longest prompt of training the error jumps: positions there were never trained",
                        "squared error by that of answering 0, on prompts of up to " + lesson.longest() + " points",
                        Axis.logarithmic("error"))
                .with(CurvePlot.series("decoder", Style.LINE, errors, errors.length))
                .with(CurvePlot.mark("longest prompt of training", lesson.points() - 1.0, least, most));
    }
}

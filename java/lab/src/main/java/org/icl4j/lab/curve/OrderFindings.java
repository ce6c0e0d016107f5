package org.icl4j.lab.curve;

import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Style;

/** Card R3, second half: how much answers depend on the order of the examples. */
final class OrderFindings {
    private static final int MOST_PROMPTS = 256;

    private OrderFindings() {}

    static void report(Run<?> run, Lesson lesson, Predictor predictor, int prompts) {
        int orders = run.settings().integer("orders");
        double deviation = Math.sqrt(lesson.functions().zeroError());
        int at = 2 * lesson.functions().nDims();
        double[] curve = new double[lesson.points()];
        for (int examples = 1; examples < curve.length; examples++) {
            List<Points> points = lesson.fresh(run.seed(), Math.min(prompts, MOST_PROMPTS), examples + 1);
            Estimate sensitivity =
                    OrderSensitivity.of(predictor, points, run.seed(), orders).dividedBy(deviation);
            run.measure("order", examples, "deviation", sensitivity.value());
            curve[examples] = sensitivity.value();
            if (examples == at) {
                run.conclude("order.deviation", sensitivity);
            }
        }
        run.plot(CurvePlot.of(
                        "order",
                        "The order of the examples matters little",
                        "standard deviation of the answer over " + orders
                                + " orders of the examples, by that of the targets",
                        Axis.linear("deviation"))
                .with(CurvePlot.series("decoder", Style.LINE, curve, curve.length)));
    }
}

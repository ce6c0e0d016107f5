package org.icl4j.lab.curve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.task.regression.FunctionClass;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.lab.task.regression.Shifts;
import org.icl4j.lab.task.regression.Zero;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** Card R3, first half: prompts of another law than in training, twice as many examples as dimensions. */
final class ShiftFindings {
    private static final Map<String, Double> FACTORS = factors();

    private final Run<?> run;
    private final FunctionClass functions;
    private final Predictor predictor;
    private final int prompts;

    ShiftFindings(Run<?> run, FunctionClass functions, Predictor predictor, int prompts) {
        this.run = run;
        this.functions = functions;
        this.predictor = predictor;
        this.prompts = prompts;
    }

    private static Map<String, Double> factors() {
        Map<String, Double> factors = new LinkedHashMap<>();
        factors.put("1/3", 1.0 / 3);
        factors.put("1/2", 1.0 / 2);
        factors.put("1", 1.0);
        factors.put("2", 2.0);
        factors.put("3", 3.0);
        return factors;
    }

    void report() {
        Map<String, double[]> inputs = new LinkedHashMap<>();
        Map<String, double[]> values = new LinkedHashMap<>();
        FACTORS.forEach((label, factor) -> {
            inputs.put(label, errors(Shifts.scaledInputs(functions, factor)));
            values.put(label, errors(Shifts.scaledFunctions(functions, factor)));
        });
        measure("shift.inputs", inputs);
        measure("shift.functions", values);
        run.conclude("shift.inputs-thrice", Estimate.ratio(inputs.get("3"), values.get("1/3")));
        concludeOrthogonal();
        run.plot(plot(inputs, values));
    }

    /** Errors at the last point, of every prompt. */
    private double[] errors(FunctionClass shifted) {
        int examples = 2 * functions.nDims();
        List<Points> points = Lesson.draw(shifted, run.seed(), prompts, examples + 1);
        return SquaredDifferences.errors(predictor, points, shifted.zeroError()).at(examples);
    }

    private void measure(String condition, Map<String, double[]> errors) {
        int examples = 2 * functions.nDims();
        errors.forEach((label, values) -> run.measure(
                condition + "." + label,
                examples,
                "error",
                Estimate.mean(values).value()));
    }

    private void concludeOrthogonal() {
        int examples = functions.nDims() - 1;
        List<Points> points = Lesson.draw(Shifts.orthogonalQuery(functions), run.seed(), prompts, functions.nDims());
        double[] model = SquaredDifferences.errors(predictor, points, functions.zeroError())
                .at(examples);
        double[] zero = SquaredDifferences.errors(new Zero(), points, functions.zeroError())
                .at(examples);
        run.measure("shift.orthogonal", examples, "error", Estimate.mean(model).value());
        run.conclude("shift.orthogonal", Estimate.difference(model, zero).size());
    }

    private static Plot plot(Map<String, double[]> inputs, Map<String, double[]> values) {
        return Plot.of(
                        "shifts",
                        "Inputs times 3 hurt more than functions times 1/3",
                        "squared error by that of answering 0, twice as many examples as dimensions",
                        Axis.named("factor", new ArrayList<>(FACTORS.keySet())),
                        Axis.logarithmic("error"))
                .with(series("inputs times the factor", Style.LINE, inputs))
                .with(series("functions times the factor", Style.RINGS, values));
    }

    private static Series series(String label, Style style, Map<String, double[]> errors) {
        double[] means = errors.values().stream()
                .mapToDouble(values -> Estimate.mean(values).value())
                .toArray();
        return new Series(
                label, style, IntStream.range(0, means.length).asDoubleStream().toArray(), means);
    }
}

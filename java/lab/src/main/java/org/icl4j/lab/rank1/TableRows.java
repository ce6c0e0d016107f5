package org.icl4j.lab.rank1;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.lab.patch.NoPatchException;
import org.icl4j.lab.task.Table;
import org.icl4j.lab.task.TablePrompt;
import org.icl4j.lab.task.TableReader;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The trained block on a real table: each row in turn is the query, all others are the context. The block has never seen such
 * data; it was trained on noiseless linear functions of normal numbers.
 */
final class TableRows {
    private TableRows() {}

    /**
     * Reads the table that the settings name.
     *
     * @throws UsageException if the settings name no table, no target or no features, or others than the block can take
     * @throws InputException if it cannot be read
     */
    static Table read(Run<?> run) {
        Settings settings = run.settings();
        String data = settings.text("data");
        if (data.isBlank()) {
            throw new UsageException("data=" + data + " names no file; give a CSV file with a header line, or "
                    + TableReader.SAMPLE + " for the sample table");
        }
        String target = settings.text("target").strip();
        if (target.isEmpty()) {
            throw new UsageException("target=" + settings.text("target") + " names no column; give the one to predict");
        }
        if (settings.text("features").isBlank()) {
            throw new UsageException("features=" + settings.text("features")
                    + " names no column; give those to predict from, separated by commas");
        }
        List<String> features = TableReader.names(settings.text("features"));
        requireUsable(settings.text("features"), features, target, settings.integer("d"));
        Table table = TableReader.read(data, target, features);
        run.input(data, table.sha256());
        return table;
    }

    private static void requireUsable(String given, List<String> features, String target, int nDims) {
        String setting = "features=" + given;
        if (features.contains("")) {
            throw new UsageException(setting + ": name no. " + (features.indexOf("") + 1)
                    + " is empty; leave out the comma, or give the name");
        }
        for (String feature : features) {
            if (feature.equals(target)) {
                throw new UsageException(setting + " has the target '" + target
                        + "' in it, and no column is predicted from itself; leave it out");
            }
            if (Collections.frequency(features, feature) > 1) {
                throw new UsageException(setting + " names '" + feature + "' twice; name it once");
            }
        }
        if (features.size() > nDims) {
            throw new UsageException(setting + " names " + features.size() + " columns, but the block has d=" + nDims
                    + "; give --set d=" + features.size() + " or other features");
        }
    }

    static <A> void run(Run<A> run, PatchedBlock<A> patching, Table table) {
        int rows = table.rows();
        double[] block = new double[rows];
        double[] patched = new double[rows];
        double[] leastSquares = new double[rows];
        double[] errors = new double[rows];
        int compared = 0;
        try (var stage = run.progress().begin("table rows", rows)) {
            for (int i = 0; i < rows; i++) {
                TablePrompt<A> prompt = TablePrompt.of(table, i, run.settings().integer("d"), run.precision());
                Tensor<A> output = patching.block().apply(prompt.prompts().tokens());
                block[i] = prompt.inUnits(Errors.prediction(output, 0));
                leastSquares[i] = prompt.leastSquares();
                try {
                    Tensor<A> answer = patching.outputsToQueries(prompt.prompts());
                    patched[i] = prompt.inUnits(Errors.prediction(answer, 0));
                    errors[compared] = Errors.relative(output, answer)[0];
                    compared++;
                    run.measure("table.patched", table.lines()[i], table.target(), patched[i]);
                } catch (NoPatchException e) {
                    patched[i] = Double.NaN;
                    run.warn(table.name() + ", line " + table.lines()[i]
                            + ": the features are all at the context's mean, so there is no patched prediction; "
                            + e.getMessage());
                }
                run.measure("table.actual", table.lines()[i], table.target(), table.ys()[i]);
                run.measure("table.block", table.lines()[i], table.target(), block[i]);
                run.measure("table.leastSquares", table.lines()[i], table.target(), leastSquares[i]);
                stage.at(i + 1, "");
            }
        }
        run.measure("table.block", 0, "rootMeanSquaredError", rootMeanSquare(block, table.ys()));
        run.measure("table.leastSquares", 0, "rootMeanSquaredError", rootMeanSquare(leastSquares, table.ys()));
        run.conclude("identity.table", Estimate.exact(Errors.worst(Arrays.copyOf(errors, compared))));
        plot(run, table, block, patched, leastSquares);
    }

    private static double rootMeanSquare(double[] predictions, double[] actual) {
        double sum = 0;
        for (int i = 0; i < actual.length; i++) {
            sum += Math.pow(predictions[i] - actual[i], 2);
        }
        return Math.sqrt(sum / actual.length);
    }

    private static void plot(Run<?> run, Table table, double[] block, double[] patched, double[] leastSquares) {
        Integer[] order = new Integer[table.rows()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> table.ys()[i]));
        double[] xs = new double[order.length];
        Arrays.setAll(xs, i -> i + 1);
        run.plot(Plot.of(
                        "table",
                        "Real rows: " + table.target() + " predicted from " + String.join(", ", table.features())
                                + " without training on the table",
                        table.name() + ": each of " + table.rows()
                                + " rows in turn is the query, the others the context",
                        Axis.linear("rows in the order of the actual value"),
                        Axis.linear(table.target()))
                .with(new Series("actual", Style.DASHED, xs, sorted(table.ys(), order)))
                .with(new Series("block, context in the prompt", Style.POINTS, xs, sorted(block, order)))
                .with(new Series("block, context in ΔW, query alone", Style.RINGS, xs, sorted(patched, order)))
                .with(new Series("least squares", Style.POINTS, xs, sorted(leastSquares, order))));
    }

    private static double[] sorted(double[] values, Integer[] order) {
        double[] sorted = new double[values.length];
        Arrays.setAll(sorted, i -> values[order[i]]);
        return sorted;
    }
}

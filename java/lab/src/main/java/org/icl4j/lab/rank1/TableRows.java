package org.icl4j.lab.rank1;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.UsageException;
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
     * @throws UsageException if it has more features than the block has dimensions
     * @throws InputException if it cannot be read
     */
    static Table read(Run<?> run) {
        int nDims = run.settings().integer("d");
        List<String> features = Arrays.stream(run.settings().text("features").split(","))
                .map(String::strip)
                .toList();
        if (features.size() > nDims || features.contains("")) {
            throw new UsageException("features=" + run.settings().text("features") + " names " + features.size()
                    + " columns, but the block has d=" + nDims + "; give --set d=" + features.size()
                    + " or other features");
        }
        return TableReader.read(run.settings().text("data"), run.settings().text("target"), features);
    }

    static <A> void run(Run<A> run, PatchedBlock<A> patching, Table table) {
        int rows = table.rows();
        double[] block = new double[rows];
        double[] patched = new double[rows];
        double[] leastSquares = new double[rows];
        double worst = 0;
        try (var stage = run.progress().begin("table rows", rows)) {
            for (int i = 0; i < rows; i++) {
                TablePrompt<A> prompt = TablePrompt.of(table, i, run.settings().integer("d"), run.precision());
                Tensor<A> output = patching.block().apply(prompt.prompts().tokens());
                block[i] = prompt.inUnits(Errors.prediction(output, 0));
                leastSquares[i] = prompt.leastSquares();
                try {
                    Tensor<A> answer = patching.outputsToQueries(prompt.prompts());
                    patched[i] = prompt.inUnits(Errors.prediction(answer, 0));
                    worst = Math.max(worst, Errors.relative(output, answer)[0]);
                    run.measure("table.patched", table.lines()[i], table.target(), patched[i]);
                } catch (NoUpdateException e) {
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
        run.conclude("identity.table", Estimate.exact(worst));
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

package org.icl4j.lab.rank1;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.icl4j.lab.experiment.Run;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/** The pictures of the trained layers. */
final class LayersPlots {
    private static final int SINGULAR_VALUES = 16;

    private LayersPlots() {}

    static void draw(Run<?> run, List<TrainedLayer> layers) {
        run.plot(marginalUpdates(layers));
        run.plot(losses(run, layers));
        run.plot(training(layers));
        run.plot(singularValues(layers));
    }

    private static Plot marginalUpdates(List<TrainedLayer> layers) {
        Plot plot = Plot.of(
                "marginal-updates",
                "Each further example changes ΔW less where the layer averages, and only there",
                "mean over " + layers.getFirst().marginal().own().length
                        + " prompts of the Frobenius norm of ΔW(i+1) − ΔW(i); slopes for i ≥ 5",
                Axis.logarithmic("examples already in the prompt, i"),
                Axis.logarithmic("‖ΔW(i+1) − ΔW(i)‖"));
        for (TrainedLayer layer : layers) {
            double[] means = layer.marginal().means();
            String slope = String.format(Locale.ROOT, "%.2f", layer.marginal().fittedSlope());
            plot = plot.with(series(layer.kind().label() + " " + slope, Style.LINE, 0, means));
        }
        return plot;
    }

    private static Series series(String label, Style style, int first, double[] ys) {
        double[] xs = IntStream.range(first, first + ys.length).asDoubleStream().toArray();
        return new Series(label, style, xs, ys);
    }

    private static Plot losses(Run<?> run, List<TrainedLayer> layers) {
        List<String> names = layers.stream().map(layer -> layer.kind().title()).toList();
        return Plot.of(
                        "loss",
                        "Whatever the layer, the patch loses nothing",
                        "half mean squared error on " + run.settings().text("prompts") + " held-out prompts",
                        Axis.named("contextual layer", names),
                        Axis.logarithmic("½ mean squared error"))
                .with(series("context in the prompt", Style.POINTS, 0, last(layers, Evaluation::loss)))
                .with(series("context in ΔW, query alone", Style.RINGS, 0, last(layers, Evaluation::patchedLoss)))
                .with(series("query alone", Style.POINTS, 0, last(layers, Evaluation::queryLoss)));
    }

    private static double[] last(List<TrainedLayer> layers, ToDoubleFunction<Evaluation> value) {
        return layers.stream().map(TrainedLayer::last).mapToDouble(value).toArray();
    }

    private static Plot training(List<TrainedLayer> layers) {
        Plot plot = Plot.of(
                "training",
                "The loss with the context and the loss with the patch coincide throughout training",
                "half mean squared error on held-out prompts; lines with the context, rings with ΔW in its place",
                Axis.linear("training step"),
                Axis.logarithmic("½ mean squared error"));
        for (TrainedLayer layer : layers) {
            plot = plot.with(new Series(
                    layer.kind().label(),
                    Style.LINE,
                    values(List.of(layer), Evaluation::step),
                    values(List.of(layer), Evaluation::loss)));
        }
        return plot.with(new Series(
                "context in ΔW",
                Style.RINGS,
                values(layers, Evaluation::step),
                values(layers, Evaluation::patchedLoss)));
    }

    private static double[] values(List<TrainedLayer> layers, ToDoubleFunction<Evaluation> value) {
        return layers.stream()
                .flatMap(layer -> layer.history().stream())
                .mapToDouble(value)
                .toArray();
    }

    private static Plot singularValues(List<TrainedLayer> layers) {
        Plot plot = Plot.of(
                "singular-values",
                "The context as one update has rank 1; folded in from the left it has many",
                "singular values relative to the first, one held-out prompt; lines: removal form, rings: largest of"
                        + " all layers",
                Axis.linear("number of the singular value"),
                Axis.logarithmic("relative size"));
        double[] worst = new double[SINGULAR_VALUES];
        for (TrainedLayer layer : layers) {
            double[] removal = relative(layer.removalSpectrum());
            double[] whole = relative(layer.spectrum());
            Arrays.setAll(worst, i -> i < whole.length ? Math.max(worst[i], whole[i]) : worst[i]);
            plot = plot.with(series(layer.kind().label(), Style.LINE, 1, removal));
        }
        return plot.with(series("whole context", Style.RINGS, 1, worst));
    }

    private static double[] relative(double[] values) {
        return Arrays.stream(values)
                .limit(SINGULAR_VALUES)
                .map(value -> value / values[0])
                .toArray();
    }
}

package org.icl4j.bench.survey;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.icl4j.kernels.workload.Cost;
import org.icl4j.kernels.workload.MachineLimits;
import org.icl4j.report.Plot;
import org.icl4j.report.Plot.Axis;
import org.icl4j.report.Plot.Series;
import org.icl4j.report.Plot.Style;

/**
 * Roofline pictures (Williams, Waterman, Patterson 2009): speed over arithmetic intensity, below the roofs of bandwidth and of
 * arithmetic. Both count every vector operation as two, so that kernels of exponentials stand on the same scale as products.
 */
final class Rooflines {
    private static final double GIGA = 1e9;
    private static final double LEAST_INTENSITY = 0.05;
    private static final double GREATEST_INTENSITY = 1000;

    private Rooflines() {}

    /** One picture for each number of threads. */
    static List<Plot> of(Survey survey) {
        return survey.limits().values().stream()
                .map(limits -> plot(survey, limits))
                .toList();
    }

    private static Plot plot(Survey survey, MachineLimits limits) {
        int threads = limits.threads();
        List<Measured> lines = survey.lines().stream()
                .filter(line -> line.threads() == threads)
                .toList();
        Plot plot = Plot.of(
                "roofline-" + threads,
                "Every kernel below its roof, " + threads + (threads == 1 ? " thread" : " threads"),
                String.format(
                        Locale.ROOT,
                        "icl4j and OpenBLAS; roofs measured in the same run: %.0f GFLOP/s, copy in GB/s below",
                        limits.gflops()),
                Axis.logarithmic("vector operations (2 a lane) per byte of the operands"),
                Axis.logarithmic("10⁹ operations a second"));
        for (MachineLimits.Level level : limits.levels()) {
            plot = plot.with(roof(level, limits.gflops()));
        }
        plot = points(
                plot, "OpenBLAS", Style.RINGS, lines, line -> line.provider().equals("openblas"));
        Predicate<Measured> products = line -> line.unit().equals(Cost.Unit.FLOPS.rate());
        Predicate<Measured> ours = line -> !line.provider().equals("openblas");
        plot = points(plot, "products, steps", Style.POINTS, lines, ours.and(products));
        return points(plot, "row-wise", Style.POINTS, lines, ours.and(products.negate()));
    }

    private static Series roof(MachineLimits.Level level, double gflops) {
        double ridge = gflops / level.copy();
        double[] intensities = {LEAST_INTENSITY, ridge, Math.max(ridge, GREATEST_INTENSITY)};
        double[] roofs = {LEAST_INTENSITY * level.copy(), gflops, gflops};
        return new Series(
                String.format(Locale.ROOT, "%s %.0f", level.name(), level.copy()), Style.DASHED, intensities, roofs);
    }

    private static Plot points(Plot plot, String label, Style style, List<Measured> lines, Predicate<Measured> which) {
        List<Measured> chosen = lines.stream()
                .filter(which)
                .sorted(Comparator.comparingDouble(Rooflines::intensity))
                .toList();
        return chosen.isEmpty()
                ? plot
                : plot.with(new Series(
                        label, style, array(chosen, Rooflines::intensity), array(chosen, Rooflines::operationRate)));
    }

    private static double operations(Measured line) {
        return 2 * line.cost().instructions();
    }

    private static double intensity(Measured line) {
        return operations(line) / line.cost().bytes();
    }

    private static double operationRate(Measured line) {
        return operations(line) / line.timing().seconds() / GIGA;
    }

    private static double[] array(List<Measured> lines, ToDoubleFunction<Measured> value) {
        List<Double> values = new ArrayList<>();
        lines.forEach(line -> values.add(value.applyAsDouble(line)));
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

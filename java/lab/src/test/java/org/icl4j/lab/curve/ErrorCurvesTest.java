package org.icl4j.lab.curve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.regression.Predictor;
import org.icl4j.lab.task.regression.Zero;
import org.icl4j.report.Plot;
import org.junit.jupiter.api.Test;

class ErrorCurvesTest {
    private static final List<Points> PROMPTS = List.of(
            new Points(new double[2][1], new double[2], new double[] {1, 4}),
            new Points(new double[2][1], new double[2], new double[] {3, 8}));

    /** Half of the targets: wrong by a half, so by a quarter of the squares. */
    private static double[] half(Points prompt) {
        return new double[] {prompt.targets()[0] / 2, prompt.targets()[1] / 2};
    }

    private static ErrorCurves curves() {
        Predictor half = ErrorCurvesTest::half;
        return new ErrorCurves(PROMPTS, 5, half, Map.of("nothing", new Zero()));
    }

    @Test
    void errorsOfTheModelAndByARival() {
        assertArrayEquals(new double[] {0.25, 2}, curves().model().curve());
        assertEquals(0.25, curves().ratio("nothing", 1).value(), 1e-15);
        assertEquals(0.25, curves().ratio("nothing", 1).high(), 1e-15, "of every prompt, so exactly");
    }

    @Test
    void thePlotEndsWhereItIsTold() {
        Plot plot = curves().plot("name", "title", 1);
        assertEquals(
                List.of("decoder", "nothing"),
                plot.series().stream().map(Plot.Series::label).toList());
        assertArrayEquals(new double[] {0}, plot.series().getFirst().xs());
        assertArrayEquals(new double[] {1}, plot.series().getLast().ys());
    }

    /** The mean of 16/5 and 64/5 for answering 0, and a quarter of it for the model. */
    @Test
    void whatIsFarWorseThanAnswering0IsNotDrawn() {
        Plot plot = curves().plot("name", "title", 2);
        assertArrayEquals(
                new double[] {0.25, Double.NaN}, plot.series().getFirst().ys());
        assertArrayEquals(new double[] {1, Double.NaN}, plot.series().getLast().ys());
    }
}

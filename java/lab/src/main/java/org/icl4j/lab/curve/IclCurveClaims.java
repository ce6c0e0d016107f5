package org.icl4j.lab.curve;

import static org.icl4j.lab.experiment.Claim.Relation.AT_LEAST;
import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Scale;

/**
 * What the experiment claims, and the numbers that decide: those of the cards at standard scale, the papers' with a margin at full
 * scale, and at quick scale what models so small were measured to reach, with a margin.
 */
final class IclCurveClaims {
    private static final String GARG = "Garg et al. 2022 (arXiv 2208.01066)";
    private static final String AKYUREK = "Akyürek et al. 2022 (arXiv 2211.15661)";

    private final Scale scale;
    private final String precision;
    private final List<Claim> claims = new ArrayList<>();

    private IclCurveClaims(Scale scale, Precision<?> precision) {
        this.scale = scale;
        this.precision = precision.name();
    }

    static List<Claim> at(Scale scale, Precision<?> precision) {
        IclCurveClaims c = new IclCurveClaims(scale, precision);
        c.addLinear();
        c.addShifts();
        c.addRidge();
        return List.copyOf(c.claims);
    }

    private void addLinear() {
        add(
                "linear.at-d",
                AT_MOST,
                of(0.45, 0.2, 0.04),
                GARG + ", Fig. 2: 0.02 for d = 20; card R1",
                "error on linear functions, by that of answering 0, after as many examples as dimensions");
        add(
                "linear.at-2d",
                AT_MOST,
                of(0.25, 0.04, 0.002),
                GARG + ", Fig. 2: 0.0006 for d = 20; card R1",
                "the same after twice as many examples as dimensions");
        add(
                "linear.no-examples",
                AT_MOST,
                0.1,
                GARG + ", Sec. 3; card R1",
                "without examples the decoder is as wrong as answering 0 (difference of the errors, on either side)");
        add(
                "linear.few-examples",
                AT_MOST,
                of(0.06, 0.03, 0.03),
                GARG + ", Fig. 2, and " + AKYUREK + ", Sec. 4; card R1",
                "with up to 2 examples, fewer than dimensions, it answers as least squares of least norm does (largest"
                        + " mean squared difference, by the error of answering 0)");
        add(
                "linear.falling",
                AT_MOST,
                0.02,
                GARG + ", Fig. 2; card R1",
                "an example more never makes it worse, up to the longest prompt of training (largest rise of the error,"
                        + " beyond what its 95 % interval explains)");
        add(
                "length.jump",
                AT_LEAST,
                of(2, 5, 5),
                "Zhang et al. 2023 (arXiv 2306.09927), Fig. 1: a spike; card R2",
                "one point past the longest prompt of training the error jumps (ratio to that on the longest prompt)");
    }

    private void addShifts() {
        add(
                "shift.orthogonal",
                AT_MOST,
                0.1,
                GARG + ", Fig. 4: about 1; card R3",
                "on a query orthogonal to all examples the decoder is as wrong as answering 0 (difference of the"
                        + " errors, on either side, after d - 1 examples)");
        add(
                "shift.inputs-thrice",
                AT_LEAST,
                of(1.2, 2, 2),
                GARG + ", App. B: 0.58 against 0.0012; card R3",
                "inputs times 3 hurt more than functions by 3 (ratio of the errors, each by that of answering 0,"
                        + " after 2d examples)");
        add(
                "order.deviation",
                AT_MOST,
                of(0.2, 0.15, 0.15),
                "least squares is blind to order; card R3",
                "the order of the examples matters little (standard deviation of the answer over 12 orders, by that of"
                        + " the targets, after 2d examples)");
    }

    private void addRidge() {
        add(
                "ridge.lambda",
                AT_MOST,
                4,
                AKYUREK + ", Fig. 2: the ridge of the noise itself; card K1",
                "taught on noisy labels, the decoder is nearest to the ridge regression whose lambda is about the"
                        + " variance of the noise (factor between the two, on a grid of powers of 2)");
        add(
                "ridge.distance",
                AT_MOST,
                of(0.1, 0.04, 0.001),
                AKYUREK + ", Fig. 2: 1e-5 to 6e-5 for d = 8; card K1",
                "its squared difference from that ridge regression is small (mean, by the error of answering 0)");
        add(
                "ridge.least-squares",
                AT_LEAST,
                of(3, 10, 10),
                AKYUREK + ", Fig. 2; card K1",
                "it is far from least squares (ratio of the squared differences, medians over prompts, since the mean"
                        + " for least squares is infinite)");
    }

    private double of(double quick, double standard, double full) {
        return switch (scale) {
            case QUICK -> quick;
            case STANDARD -> standard;
            case FULL -> full;
        };
    }

    private void add(String quantity, Claim.Relation relation, double threshold, String source, String statement) {
        claims.add(new Claim("icl-curve." + quantity + "." + precision, statement, source, relation, threshold));
    }
}

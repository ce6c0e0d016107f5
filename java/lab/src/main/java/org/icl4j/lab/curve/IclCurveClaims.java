package org.icl4j.lab.curve;

import static org.icl4j.lab.experiment.Claim.Relation.AT_LEAST;
import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;

import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.ClaimList;
import org.icl4j.lab.experiment.Scale;

/** What the experiment claims, and the numbers that decide. */
final class IclCurveClaims {
    private static final String GARG = "Garg et al. 2022 (arXiv 2208.01066)";
    private static final String AKYUREK = "Akyürek et al. 2022 (arXiv 2211.15661)";

    private IclCurveClaims() {}

    static List<Claim> at(Scale scale, Precision<?> precision) {
        ClaimList c = new ClaimList("icl-curve", scale, precision);
        addLinear(c);
        addShifts(c);
        addRidge(c);
        return c.claims();
    }

    private static void addLinear(ClaimList c) {
        c.add(
                "linear.at-d",
                AT_MOST,
                c.of(0.45, 0.2, 0.04),
                GARG + ", Sec. 3: 0.02 for d = 20; card R1",
                "error on linear functions, by that of answering 0, after as many examples as dimensions");
        c.add(
                "linear.at-2d",
                AT_MOST,
                c.of(0.25, 0.04, 0.002),
                GARG + ", Sec. 3: 0.0006 for d = 20; card R1",
                "the same after twice as many examples as dimensions");
        c.add(
                "linear.no-examples",
                AT_MOST,
                0.1,
                GARG + ", Sec. 3; card R1",
                "without examples the decoder is as wrong as answering 0 (difference of the errors, on either side)");
        c.add(
                "linear.few-examples",
                AT_MOST,
                c.of(0.06, 0.03, 0.03),
                GARG + ", Sec. 3, and " + AKYUREK + ", Sec. 4; card R1",
                "with up to 2 examples, fewer than dimensions, it answers as least squares of least norm does (largest"
                        + " mean squared difference, by the error of answering 0)");
        c.add(
                "linear.falling",
                AT_MOST,
                0.02,
                GARG + ", Sec. 3; card R1",
                "no example more makes it worse by more than this, up to the longest prompt of training (largest rise"
                        + " of the error)");
        c.add(
                "length.jump",
                AT_LEAST,
                c.of(2, 5, 5),
                "Zhang et al. 2023 (arXiv 2306.09927), Fig. 1: a spike; card R2",
                "one point past the longest prompt of training the error jumps (ratio to that on the longest prompt)");
    }

    private static void addShifts(ClaimList c) {
        c.add(
                "shift.orthogonal",
                AT_MOST,
                0.1,
                GARG + ", Sec. 4: about 1; card R3",
                "on a query orthogonal to all examples the decoder is as wrong as answering 0 (difference of the"
                        + " errors, on either side, after d - 1 examples)");
        c.add(
                "shift.inputs-thrice",
                AT_LEAST,
                c.of(1.2, 2, 2),
                GARG + ", Sec. 4: 0.58 against 0.0012; card R3",
                "inputs times 3 hurt more than functions times 1/3 (ratio of the errors, each by that of answering 0,"
                        + " after 2d examples)");
        c.add(
                "order.deviation",
                AT_MOST,
                c.of(0.2, 0.15, 0.15),
                "least squares is blind to order; card R3",
                "the order of the examples matters little (standard deviation of the answer over random orders, by"
                        + " that of the targets, after 2d examples)");
    }

    private static void addRidge(ClaimList c) {
        c.add(
                "ridge.lambda",
                AT_MOST,
                4,
                AKYUREK + ", Fig. 2: the ridge of the noise itself; card K1",
                "taught on noisy labels, the decoder is nearest to the ridge regression whose lambda is about the"
                        + " variance of the noise (factor between the two, on a grid of powers of 2)");
        c.add(
                "ridge.distance",
                AT_MOST,
                c.of(0.1, 0.04, 0.001),
                AKYUREK + ", Fig. 2: 1e-5 to 6e-5 for d = 8; card K1",
                "its squared difference from that ridge regression is small (mean, by the error of answering 0)");
        c.add(
                "ridge.least-squares",
                AT_LEAST,
                c.of(8, 10, 10),
                AKYUREK + ", Fig. 2; card K1",
                "it is far from least squares (ratio of the mean squared differences, where a prompt counts for at most"
                        + " 10 times the error of answering 0, since the mean for least squares is infinite)");
    }
}

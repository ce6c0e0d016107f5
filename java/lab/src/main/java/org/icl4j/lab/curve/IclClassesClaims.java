package org.icl4j.lab.curve;

import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;

import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.ClaimList;
import org.icl4j.lab.experiment.Scale;

/** What the experiment claims, and the numbers that decide. */
final class IclClassesClaims {
    private static final String GARG = "Garg et al. 2022 (arXiv 2208.01066)";

    private IclClassesClaims() {}

    static List<Claim> at(Scale scale, Precision<?> precision) {
        ClaimList c = new ClaimList("icl-classes", scale, precision);
        addSparse(c);
        addTree(c);
        addNetwork(c);
        return c.claims();
    }

    private static void addSparse(ClaimList c) {
        c.add(
                "sparse.at-quarter",
                AT_MOST,
                c.of(1.3, 0.97, 0.85),
                GARG + ", Sec. 5: 0.58 against 0.75 after 500,000 steps; card R4",
                "sparse functions: error by that of least squares, after a quarter as many examples as dimensions;"
                        + " below 1 it makes use of sparsity");
        c.add(
                "sparse.at-half",
                AT_MOST,
                c.of(2.2, 0.97, 0.3),
                GARG + ", Sec. 5: 0.09 against 0.5 after 500,000 steps; card R4",
                "the same after half as many examples as dimensions");
    }

    private static void addTree(ClaimList c) {
        c.add(
                "tree.error",
                AT_MOST,
                c.of(0.25, 0.15, 0.2),
                GARG + ", Sec. 5: 0.12, greedy trees 0.80; card R5",
                "decision trees: error on the longest prompt, by that of answering 0");
        c.add(
                "tree.neighbours",
                AT_MOST,
                c.of(0.75, 0.5, 0.5),
                GARG + ", Sec. 5; card R5",
                "decision trees: error on the longest prompt, by that of the 3 nearest neighbours");
    }

    private static void addNetwork(ClaimList c) {
        c.add(
                "network.error",
                AT_MOST,
                c.of(0.25, 0.15, 0.25),
                GARG + ", Sec. 5: 0.17, as a network trained on the prompt; card R5",
                "two-layer networks: error on the longest prompt, by that of answering 0");
        c.add(
                "network.neighbours",
                AT_MOST,
                c.of(0.75, 0.5, 0.5),
                GARG + ", Sec. 5; card R5",
                "two-layer networks: error on the longest prompt, by that of the 3 nearest neighbours");
        c.add(
                "network.ridge",
                AT_MOST,
                c.of(0.75, 0.5, 1),
                GARG + ", Sec. 5; card R5",
                "two-layer networks: error on the longest prompt, by that of the best of three ridge regressions with"
                        + " an intercept");
    }
}

package org.icl4j.lab.curve;

import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Scale;

/**
 * What the experiment claims, and the numbers that decide: those of the cards at standard scale, the paper's with a margin at full
 * scale, and at quick scale what models so small were measured to reach, with a margin.
 */
final class IclClassesClaims {
    private static final String GARG = "Garg et al. 2022 (arXiv 2208.01066)";

    private final Scale scale;
    private final String precision;
    private final List<Claim> claims = new ArrayList<>();

    private IclClassesClaims(Scale scale, Precision<?> precision) {
        this.scale = scale;
        this.precision = precision.name();
    }

    static List<Claim> at(Scale scale, Precision<?> precision) {
        IclClassesClaims c = new IclClassesClaims(scale, precision);
        c.addSparse();
        c.addTree();
        c.addNetwork();
        return List.copyOf(c.claims);
    }

    private void addSparse() {
        add(
                "sparse.at-quarter",
                of(1.3, 0.97, 0.85),
                GARG + ", Fig. 5: 0.58 against 0.75 after 500,000 steps; card R4",
                "sparse functions: error by that of least squares, after a quarter as many examples as dimensions. The"
                        + " paper's gain does not appear in minutes of training: here it is a few per cent at best");
        add(
                "sparse.at-half",
                of(2.2, 0.97, 0.3),
                GARG + ", Fig. 5: 0.09 against 0.5 after 500,000 steps; card R4",
                "the same after half as many; with more examples, models trained for minutes are behind least squares");
    }

    private void addTree() {
        add(
                "tree.error",
                of(0.25, 0.15, 0.2),
                GARG + ", Fig. 5: 0.12, greedy trees 0.80; card R5",
                "decision trees: error on the longest prompt, by that of answering 0");
        add(
                "tree.neighbours",
                of(0.75, 0.5, 0.5),
                GARG + ", Fig. 5; card R5",
                "decision trees: error on the longest prompt, by that of the 3 nearest neighbours");
    }

    private void addNetwork() {
        add(
                "network.error",
                of(0.25, 0.15, 0.25),
                GARG + ", Fig. 5: 0.17, as a network trained on the prompt; card R5",
                "two-layer networks: error on the longest prompt, by that of answering 0");
        add(
                "network.neighbours",
                of(0.75, 0.5, 0.5),
                GARG + ", Fig. 5; card R5",
                "two-layer networks: error on the longest prompt, by that of the 3 nearest neighbours");
        add(
                "network.ridge",
                of(0.75, 0.5, 1),
                GARG + ", Fig. 5; card R5",
                "two-layer networks: error on the longest prompt, by that of the best of three ridge regressions with"
                        + " an intercept");
    }

    private double of(double quick, double standard, double full) {
        return switch (scale) {
            case QUICK -> quick;
            case STANDARD -> standard;
            case FULL -> full;
        };
    }

    private void add(String quantity, double threshold, String source, String statement) {
        claims.add(new Claim("icl-classes." + quantity + "." + precision, statement, source, AT_MOST, threshold));
    }
}

package org.icl4j.lab.rank1;

import static org.icl4j.lab.experiment.Claim.Relation.AT_LEAST;
import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;

import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.ClaimList;
import org.icl4j.lab.experiment.Scale;

/** What the experiment on explicit learning claims; in single precision only, as nothing in it is an identity. */
final class LearningClaims {
    private static final String FIGURE = "Dherin et al. 2025 (arXiv 2507.16003), Fig. 4; card D7";
    private static final String ALIGNMENT =
            "Dherin et al. 2025, v3, inner product of the two updates: positive throughout; card D7";

    private LearningClaims() {}

    static List<Claim> at(Scale scale, Precision<?> precision) {
        ClaimList c = new ClaimList("rank1.learning", scale, precision);
        if (precision == Precision.F64) {
            return c.claims();
        }
        c.add(
                "icl.falls",
                AT_MOST,
                c.of(0.3, 0.2, 0.2),
                FIGURE,
                "in context: the loss falls with the examples (half MSE after all by that after one)");
        c.add(
                "sgd.falls",
                AT_MOST,
                0.7,
                FIGURE,
                "SGD on W with the paper's rate 0.01, example by example: the loss falls too (half MSE after all by"
                        + " that after one)");
        c.add(
                "sgd.better",
                AT_MOST,
                1,
                "card D7",
                "in favour of SGD: with the better of the rates 0.01 and 0.1 it ends below learning in context for the"
                    + " median prompt, though with 0.1 it diverges for a few (median of half the squared error after"
                    + " all examples by that in context)");
        c.add(
                "sgd.diverges",
                AT_LEAST,
                10,
                "card D7",
                "SGD with rate 0.3 diverges (half MSE after all examples, each at most 1e6, by that before the first)");
        c.add(
                "icl.bounded",
                AT_MOST,
                2,
                "card D7",
                "learning in context has no rate and cannot diverge (largest half MSE after any number of examples by"
                        + " that before the first)");
        c.add(
                "alignment.positive",
                AT_LEAST,
                c.of(0.75, 0.8, 0.8),
                ALIGNMENT,
                "the update of the context and that of SGD (rate 0.01) point the same way (share of positive"
                        + " cosines, from 5 examples on)");
        c.add(
                "alignment.cosine",
                AT_LEAST,
                c.of(0.05, 0.1, 0.1),
                ALIGNMENT,
                "and more so than by chance, which for matrices of 4096 numbers gives 0.016 (mean cosine after all"
                        + " examples)");
        c.add(
                "alignment.not-equal",
                AT_MOST,
                0.4,
                "card D7",
                "yet they are far from parallel: aligned is not equal (mean cosine after all examples)");
        c.add(
                "alignment.control",
                AT_LEAST,
                0.05,
                "card D7",
                "control: SGD's update agrees more with its own prompt's context than with another prompt's"
                        + " (difference of the mean cosines after all examples)");
        return c.claims();
    }
}

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
            "Dherin et al. 2025, v3, inner product of the two updates: positive throughout; card D7 (0.90 to 0.99;"
                    + " mean 0.22)";

    private LearningClaims() {}

    static List<Claim> at(Scale scale, Precision<?> precision) {
        ClaimList c = new ClaimList("rank1.learning", scale, precision);
        if (precision == Precision.F64) {
            return c.claims();
        }
        addLosses(c, scale);
        addAlignment(c);
        return c.claims();
    }

    private static void addLosses(ClaimList c, Scale scale) {
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
                        + " median prompt (median of half the squared error after all examples by that in context)");
        if (scale != Scale.QUICK) { // After so few steps of training it depends on the seed.
            c.add(
                    "sgd.better-share",
                    AT_LEAST,
                    0.5,
                    "ours; card D7",
                    "so it does for most prompts with rate 0.1 (share of prompts)");
        }
        c.add(
                "sgd.tail",
                AT_LEAST,
                10,
                "ours; card D7 has means of .007 by SGD and .083 in context, on 100 prompts",
                "but a mean says little of rate 0.1, which is too high for some prompts: a few make up most of it"
                        + " (share of the worst hundredth of the prompts in half the mean squared error, by 0.01)");
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
    }

    private static void addAlignment(ClaimList c) {
        c.add(
                "alignment.positive",
                AT_LEAST,
                c.of(0.75, 0.85, 0.85),
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
    }
}

package org.icl4j.lab.recall;

import static org.icl4j.lab.experiment.Claim.Relation.AT_LEAST;
import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;

import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;

/** What the experiment claims, and the numbers that decide. */
final class RecallClaims {
    private static final String SOURCE = "Olsson et al. 2022 (arXiv 2209.11895), one layer against two; card B1";

    private RecallClaims() {}

    static List<Claim> at(Precision<?> precision) {
        return List.of(
                claim(
                        precision,
                        "one-layer.held-out",
                        "one layer cannot answer for pairs that never occurred in training (share of right answers)",
                        AT_MOST,
                        0.05),
                claim(
                        precision,
                        "one-layer.known",
                        "control: one layer does learn of the pairs that occurred, better than by guessing among the"
                                + " values of the prompt (share of right answers)",
                        AT_LEAST,
                        0.2),
                claim(
                        precision,
                        "two-layers.held-out",
                        "two layers bind key and value of the prompt, also in pairs that never occurred (share of right"
                                + " answers)",
                        AT_LEAST,
                        0.95),
                claim(
                        precision,
                        "two-layers.known",
                        "two layers answer for pairs as in training (share of right answers)",
                        AT_LEAST,
                        0.95),
                claim(
                        precision,
                        "two-layers.gap",
                        "what two layers learned does not depend on the pairs that occurred (difference of the shares)",
                        AT_MOST,
                        0.02));
    }

    private static Claim claim(
            Precision<?> precision, String quantity, String statement, Claim.Relation relation, double threshold) {
        return new Claim("recall." + quantity + "." + precision.name(), statement, SOURCE, relation, threshold);
    }
}

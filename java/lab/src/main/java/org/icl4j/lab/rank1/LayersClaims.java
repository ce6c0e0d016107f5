package org.icl4j.lab.rank1;

import static org.icl4j.lab.experiment.Claim.Relation.AT_LEAST;
import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;
import static org.icl4j.lab.experiment.Claim.Relation.EQUAL;

import java.util.List;
import java.util.OptionalDouble;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.ClaimList;
import org.icl4j.lab.experiment.Scale;

/**
 * What the experiment on contextual layers claims. In double precision nothing is trained: there it is the identities that are tested,
 * on random weights.
 */
final class LayersClaims {
    private static final String PAPER = "Dherin et al. 2025 (arXiv 2507.16003), ";
    private static final String LATER = "Dherin et al. 2025, later version, RNN experiment; card D6";

    private final ClaimList list;
    private final Scale scale;
    private final boolean f32;
    private final double identity;
    private final double rank;

    private LayersClaims(Scale scale, Precision<?> precision) {
        this.list = new ClaimList("rank1.layers", scale, precision);
        this.scale = scale;
        this.f32 = precision == Precision.F32;
        this.identity = f32 ? 1e-5 : 1e-12;
        this.rank = f32 ? 1e-6 : 1e-12;
    }

    static List<Claim> at(Scale scale, Precision<?> precision) {
        LayersClaims claims = new LayersClaims(scale, precision);
        for (LayerKind layer : LayerKind.values()) {
            claims.random(layer);
        }
        claims.ofAllRandomLayers();
        if (claims.f32) {
            for (LayerKind layer : LayerKind.values()) {
                claims.trained(layer);
            }
            claims.ofAllTrainedLayers();
        }
        return claims.list.claims();
    }

    private void add(String quantity, Claim.Relation relation, double threshold, String source, String statement) {
        list.add(quantity, relation, threshold, source, statement);
    }

    private void random(LayerKind layer) {
        String block = "random block with " + layer.title() + ": ";
        add(
                "identity.random." + layer.label(),
                AT_MOST,
                identity,
                PAPER + "Thm 2.2; card D1",
                block + "context and rank-1 patch give the same output (worst relative error of all blocks)");
        add(
                "rank.random." + layer.label(),
                AT_MOST,
                rank,
                PAPER + "Thm 2.2; card D1",
                block + "the update has rank 1 (worst sigma2/sigma1 of all blocks)");
        add(
                "part.random." + layer.label(),
                AT_MOST,
                identity,
                PAPER + "Thm 2.2; card D2",
                block + "any part of the context can move into the weights, and one part after the other is the whole"
                        + " (worst relative error)");
        add(
                "tokens.random." + layer.label(),
                AT_MOST,
                identity,
                PAPER + "Prop. 3.1, App. B; card D4",
                block + "token by token, in the prefix and in the removal form (worst relative error)");
    }

    private void ofAllRandomLayers() {
        add(
                "identity.random-control",
                AT_LEAST,
                0.02,
                PAPER + "card D1",
                "control, all layers: without the patch the query alone gives another output (least relative error of"
                        + " all blocks)");
        add(
                "part.empty",
                EQUAL,
                0,
                PAPER + "Thm 2.2; card D2",
                "all layers: the empty part changes nothing (largest entry of its update)");
        add(
                "rank.control",
                AT_LEAST,
                0.01,
                PAPER + "card D1",
                "control, all layers but the diagonal SSM: the sum of two queries' updates has rank 2 (least"
                        + " sigma2/sigma1 of all blocks)");
        add(
                "rank.diagonal-ssm",
                AT_MOST,
                rank,
                "linear recurrence; card D1",
                "the diagonal SSM is linear, so that a context adds the same to every query: there the sum of two"
                        + " queries' updates has rank 1 too (worst sigma2/sigma1 of all blocks)");
        add(
                "skip.random",
                AT_MOST,
                identity,
                PAPER + "v1, App. A; card D3",
                "all layers, with skip connections: the change of W and that of the output bias give the same output"
                        + " (worst relative error of all blocks)");
        add(
                "skip.control",
                AT_LEAST,
                0.01,
                PAPER + "v1, App. A; card D3",
                "control: the change of W alone does not (least relative error of all blocks)");
        add(
                "tokens.prefix-rank",
                AT_MOST,
                f32 ? 1e-5 : 1e-12,
                PAPER + "Prop. 3.1; card D4",
                "all layers, prefix form: the sum of 8 updates still has rank 1 (worst sigma2/sigma1)");
        if (!f32) { // In single precision a memory that fades leaves singular values below the rounding.
            add(
                    "tokens.removal-rank",
                    EQUAL,
                    8,
                    PAPER + "App. B; card D4",
                    "all layers, removal form: the sum of 8 updates has rank 8 (least numerical rank)");
        }
    }

    private void trained(LayerKind layer) {
        String block = "trained block with " + layer.title() + ": ";
        add(
                "identity.trained." + layer.label(),
                AT_MOST,
                identity,
                PAPER + "Thm 2.2, Fig. 2; card D5",
                block + "context and patch give the same output (worst relative error, all held-out prompts and"
                        + " checkpoints)");
        add(
                "rank.trained." + layer.label(),
                AT_MOST,
                rank,
                PAPER + "Thm 2.2; card D5",
                block + "the update has rank 1 (worst sigma2/sigma1 of 5 prompts)");
        add(
                "part.trained." + layer.label(),
                AT_MOST,
                identity,
                PAPER + "Thm 2.2; cards D2 and D5",
                block + "any part of the context can move into the weights (worst relative error of 5 prompts)");
        add(
                "tokens.trained." + layer.label(),
                AT_MOST,
                identity,
                PAPER + "Prop. 3.1, App. B; cards D4 and D5",
                block + "whole prompts token by token in both forms (worst relative error of 5 prompts)");
        add(
                "loss.patched." + layer.label(),
                AT_MOST,
                1e-5,
                PAPER + "Fig. 2; card D5",
                block + "validation loss with context and with patch coincide (worst difference of half MSE divided by"
                        + " d/2, all checkpoints)");
        learning(layer, block);
        decay(layer, block);
    }

    private void learning(LayerKind layer, String block) {
        learntLoss(layer, scale)
                .ifPresent(threshold -> add(
                        "loss.trained." + layer.label(),
                        AT_MOST,
                        threshold,
                        PAPER + "Sec. 4; card D5",
                        block + "it learns in context (half MSE on fresh prompts, divided by d/2: answering 0 gives"
                                + " about 1)"));
    }

    /** The loss that a layer comes below; at quick scale none for those that learn slowly. */
    static OptionalDouble learntLoss(LayerKind layer, Scale scale) {
        boolean quick = scale == Scale.QUICK;
        return switch (layer) {
            case SOFTMAX, LINEAR -> OptionalDouble.of(quick ? 0.2 : 0.1);
            case GRU -> OptionalDouble.of(quick ? 0.2 : 0.03);
            case RNN -> quick ? OptionalDouble.empty() : OptionalDouble.of(0.7);
            case DIAGONAL_SSM -> quick ? OptionalDouble.empty() : OptionalDouble.of(0.8);
            case SELECTIVE_SSM -> quick ? OptionalDouble.empty() : OptionalDouble.of(0.3);
        };
    }

    private void decay(LayerKind layer, String block) {
        if (layer.averages()) {
            add(
                    "decay.slope." + layer.label(),
                    AT_MOST,
                    -0.7,
                    PAPER + "Fig. 3; card D6",
                    block + "marginal updates decay about as 1/i (slope of log norm against log i, i >= 5)");
        } else {
            add(
                    "decay.slope." + layer.label(),
                    AT_LEAST,
                    list.of(-0.4, -0.3, -0.3), // The card has -0.2; the selective SSM's interval is that wide.
                    LATER,
                    block + "marginal updates do not decay: 1/i belongs to layers that average (slope of log norm"
                            + " against log i, i >= 5)");
        }
    }

    private void ofAllTrainedLayers() {
        add(
                "identity.trained-control",
                AT_LEAST,
                0.05,
                PAPER + "card D5",
                "control, all layers: the trained block without patch gives another output (least median relative error"
                        + " at the end)");
        boolean quick = scale == Scale.QUICK;
        add(
                "decay.best",
                AT_MOST,
                quick ? 2 : 1,
                LATER,
                "against the story that decay makes good in-context learning: the GRU, whose updates do not decay, "
                        + (quick
                                ? "keeps up with the layers whose updates do, after so few steps to a factor of 2"
                                : "predicts best of the six")
                        + " (its loss by that of the best of the others)");
    }
}

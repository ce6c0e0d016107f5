package org.icl4j.lab.rank1;

import static org.icl4j.lab.experiment.Claim.Relation.AT_LEAST;
import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;
import static org.icl4j.lab.experiment.Claim.Relation.EQUAL;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Scale;

/** What the experiment claims, and the numbers that decide. */
final class Rank1Claims {
    private static final String PAPER = "Dherin et al. 2025 (arXiv 2507.16003)";

    private final String precision;
    private final List<Claim> claims = new ArrayList<>();

    private Rank1Claims(String precision) {
        this.precision = precision;
    }

    static List<Claim> at(Scale scale, Precision<?> precision) {
        boolean f32 = precision == Precision.F32;
        double identity = f32 ? 1e-5 : 1e-12;
        double rank = f32 ? 1e-6 : 1e-12;
        double trainedLoss = scale == Scale.QUICK ? 0.20 : 0.10;
        Rank1Claims c = new Rank1Claims(precision.name());

        c.add(
                "identity.random",
                AT_MOST,
                identity,
                "Thm 2.2 (later version: about 1e-6 in f32); card D1",
                "random block: context and rank-1 patch give the same output (worst relative error of 20 blocks)");
        c.add(
                "identity.random-control",
                AT_LEAST,
                0.05,
                "card D1",
                "control: without the patch the query alone gives another output (least relative error of 20 blocks)");
        c.add(
                "identity.trained",
                AT_MOST,
                identity,
                "Thm 2.2, Fig. 2 (later version: about 1e-6 in f32); card D5",
                "trained block: context and patch give the same output (worst relative error, all held-out prompts and"
                        + " checkpoints)");
        c.add(
                "identity.trained-control",
                AT_LEAST,
                0.05,
                "card D5",
                "control: the trained block without patch gives another output (median relative error at the end)");
        c.add(
                "identity.foreign-control",
                AT_LEAST,
                0.05,
                "card D5",
                "control: another prompt's patch gives another output (median relative error at the end)");
        c.add(
                "identity.table",
                AT_MOST,
                identity,
                "Thm 2.2 on a real table",
                "real rows: context and patch give the same output (worst relative error)");

        c.add(
                "part.any",
                AT_MOST,
                identity,
                "Thm 2.2; card D2",
                "any part of the context can move into the weights: prefix, suffix, middle, one example, every other"
                        + " one, and examples drawn at random (worst relative error)");
        c.add(
                "part.control",
                AT_LEAST,
                0.05,
                "card D2",
                "control: leaving half of the context out without patch changes the output (least relative error of 20"
                        + " blocks)");
        c.add(
                "part.empty",
                EQUAL,
                0,
                "Thm 2.2; card D2",
                "the empty part, taken out as any other, changes nothing (largest entry of its update)");
        c.add(
                "part.composition",
                AT_MOST,
                identity,
                "Thm 2.2; card D2",
                "patching examples drawn at random and then the rest is patching the whole (worst relative error)");

        c.add(
                "rank.random",
                AT_MOST,
                rank,
                "Thm 2.2; card D1",
                "random block: the update has rank 1 (worst sigma2/sigma1 of 20 blocks)");
        c.add(
                "rank.trained",
                AT_MOST,
                rank,
                "Thm 2.2; card D5",
                "trained block: the update has rank 1 (worst sigma2/sigma1 of 20 prompts)");
        c.add(
                "rank.control",
                AT_LEAST,
                0.02,
                "card D1",
                "control: the sum of two queries' updates has rank 2 (least sigma2/sigma1 of 20 blocks)");

        c.add(
                "tokens.prefix",
                AT_MOST,
                identity,
                "Prop. 3.1; card D4",
                "token by token, prefix form: every step gives the prefix's output (worst relative error)");
        c.add(
                "tokens.removal",
                AT_MOST,
                identity,
                "App. B; card D4",
                "token by token, removal form: every step gives the whole context's output (worst relative error)");
        c.add(
                "tokens.trained",
                AT_MOST,
                identity,
                "Prop. 3.1, App. B; card D4",
                "trained block, whole prompts token by token in both forms (worst relative error of 5 prompts)");
        c.add(
                "tokens.control",
                AT_LEAST,
                0.05,
                "card D4",
                "control: leaving out the largest of the 20 updates changes the output (least relative error of 20"
                        + " blocks)");
        c.add(
                "tokens.prefix-rank",
                AT_MOST,
                rank,
                "Prop. 3.1; card D4",
                "prefix form: the sum of 8 updates still has rank 1 (worst sigma2/sigma1)");
        c.add(
                "tokens.removal-rank",
                EQUAL,
                8,
                "App. B; card D4",
                "removal form: the sum of 8 updates has rank 8 (least numerical rank)");
        c.add(
                "tokens.least-norm",
                AT_LEAST,
                1,
                "Thm 2.3 of the later version; card D4 (6.73 against 7.96)",
                "of the two forms' sums the prefix form's has the smaller norm (least ratio of norms)");

        c.add(
                "loss.trained",
                AT_MOST,
                trainedLoss,
                "Sec. 4 (a replication: 0.13 with N=100); card D5 (0.063)",
                "the trained block learns in context: half MSE on fresh prompts, divided by d/2, so that answering 0"
                        + " gives about 1 (for d = 2 the half MSE itself)");
        c.add(
                "loss.patched",
                AT_MOST,
                f32 ? 1e-5 : 1e-12,
                "Fig. 2 (later version: mean difference about 1e-6); card D5",
                "validation loss with context and with patch coincide (worst difference of half MSE divided by d/2, all"
                        + " checkpoints)");
        c.add(
                "loss.control",
                AT_LEAST,
                3,
                "card D5",
                "control: the query alone, unpatched, has several times the loss (ratio at the end)");

        c.add(
                "decay.slope",
                AT_MOST,
                -0.7,
                "Fig. 3; card D6 (-0.97)",
                "attention: marginal updates decay about as 1/i (slope of log norm against log i, i >= 5)");
        c.add(
                "decay.control",
                AT_LEAST,
                -0.4,
                "card D6",
                "control: differences to another prompt's update do not decay (slope)");
        return List.copyOf(c.claims);
    }

    private void add(String quantity, Claim.Relation relation, double threshold, String place, String statement) {
        claims.add(
                new Claim("rank1." + quantity + "." + precision, statement, PAPER + ", " + place, relation, threshold));
    }
}

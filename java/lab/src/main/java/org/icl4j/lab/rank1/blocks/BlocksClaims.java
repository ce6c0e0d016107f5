package org.icl4j.lab.rank1.blocks;

import static org.icl4j.lab.experiment.Claim.Relation.AT_LEAST;
import static org.icl4j.lab.experiment.Claim.Relation.AT_MOST;
import static org.icl4j.lab.experiment.Claim.Relation.EQUAL;

import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.ClaimList;
import org.icl4j.lab.experiment.Scale;

/** What the experiment claims, and the numbers that decide. */
final class BlocksClaims {
    private static final String GOLDWASER = BlockKind.GOLDWASER;
    private static final String DHERIN = "Dherin et al. 2025 (arXiv 2507.16003), App. A; card D3";

    private final ClaimList list;
    private final boolean f32;

    private BlocksClaims(ClaimList list, Precision<?> precision) {
        this.list = list;
        this.f32 = precision == Precision.F32;
    }

    static List<Claim> at(Scale scale, Precision<?> precision) {
        BlocksClaims claims = new BlocksClaims(new ClaimList("rank1.blocks", scale, precision), precision);
        claims.addIdentities();
        claims.addControls();
        claims.addExperts();
        claims.addGains();
        if (claims.f32) {
            claims.addThoughts();
        }
        return claims.list.claims();
    }

    private void addIdentities() {
        for (BlockKind kind : BlockKind.values()) {
            list.add(
                    "one-block." + kind.label(),
                    AT_MOST,
                    f32 ? 1e-5 : 1e-12,
                    kind.source(),
                    kind.inWords()
                            + ": one patched block makes of the query alone what it makes of it behind its context"
                            + " (worst relative error)");
            list.add(
                    "stack." + kind.label(),
                    AT_MOST,
                    f32 ? 1e-4 : 1e-12,
                    kind.source(),
                    kind.inWords()
                            + ": so do stacks of 6 and 12, patched block after block (worst relative error at any"
                            + " block and of the logits)");
            list.add(
                    "control." + kind.label(),
                    AT_LEAST,
                    0.5,
                    kind.source(),
                    "control, " + kind.inWords() + ": without the patch the query alone gives another output (median"
                            + " relative error of stacks of one depth, the least of 1, 6 and 12 blocks)");
        }
    }

    private void addControls() {
        list.add(
                "control.no-bias-change",
                AT_LEAST,
                1e-2,
                DHERIN,
                "control: with the change of W alone, that of the bias left out, a block with a skip connection is not"
                        + " patched (least relative error)");
        list.add(
                "control.block-left-out",
                AT_LEAST,
                1e-2,
                GOLDWASER + "Alg. 1",
                "control: the patches of the later blocks do not make good for that of one left out in the middle"
                        + " (least relative error, all kinds)");
        list.add(
                "rank.changes",
                AT_MOST,
                f32 ? 1e-4 : 1e-12,
                GOLDWASER + "Thm 1; cards G1 to G5",
                "what is added to a matrix has rank 1: the patched weight less the model's own, in the stored"
                        + " precision, beside the nearest matrix of rank 1 (worst, by the norm of that)");
        list.add(
                "rank.control",
                AT_LEAST,
                1e-2,
                GOLDWASER + "Thm 1",
                "control: the changes for two queries add up to rank 2 (the same, least of all kinds)");
    }

    private void addExperts() {
        String source = BlockKind.EXPERTS.source();
        list.add("moe.chosen", EQUAL, 1, source, "the patched router chooses the contextual experts (share of stacks)");
        list.add(
                "moe.gates",
                AT_MOST,
                f32 ? 1e-4 : 1e-12,
                source,
                "and weights them as behind the context (worst relative error)");
        list.add(
                "moe.control",
                AT_MOST,
                0.5,
                source,
                "control: the router that was not patched often chooses others (share of stacks with the same in all"
                        + " blocks)");
    }

    private void addGains() {
        String source = BlockKind.GEMMA_STABLE.source();
        list.add(
                "gain.smaller",
                AT_LEAST,
                0.95,
                source,
                "the stable form changes Gemma's gain no more than the plain one (share of random blocks; measured"
                        + " before: 0.994)");
        list.add(
                "gain.plain-by-stable",
                AT_LEAST,
                5,
                source,
                "and by much less, as the plain form divides by what may be nearly 0 (ratio of the medians of |dm|;"
                        + " measured before: 25.5/1.35)");
        list.add(
                "bf16.stable",
                AT_MOST,
                0.05,
                source + "; paper: 98 to 100 % of tokens equal in bf16",
                "stable form with the changed parameters rounded to bf16 (median relative error of 1, 6 and 12"
                        + " blocks)");
        list.add(
                "bf16.plain-by-stable",
                AT_LEAST,
                1,
                source + "; paper: plain 87.5 % of tokens, an audit 100 % for both",
                "rounding hurts the plain form more (ratio of the medians)");
    }

    /** In single precision only: how good they are has nothing to do with rounding. */
    private void addThoughts() {
        String source =
                "Mazzawi et al. 2025 (arXiv 2510.08734), eq. 8 (vector), least squares, eq. 24 (scaled); card G7";
        String queries = ", geometric mean of stacks of six random GPT-2 blocks, most calibration queries";
        list.add(
                "thought.least-squares",
                AT_MOST,
                1,
                source,
                "one thought matrix by least squares for any query is better than none (mean squared error on fresh"
                        + " queries by that without a patch" + queries + ")");
        list.add("thought.vector", AT_MOST, 1, source, "and so is a thought vector (the same)");
        list.add(
                "thought.least-squares-by-scaled",
                AT_MOST,
                1,
                source,
                "least squares does at least as well as the rank-1 changes times effective rank/T (ratio of errors"
                        + queries + ")");
        list.add(
                "thought.scaled-by-mean",
                AT_MOST,
                1,
                source,
                "and these as well as their mean, which is too small (ratio of errors" + queries + ")");
        list.add(
                "thought.rank",
                AT_LEAST,
                1,
                source + ", whose guess this refutes",
                "against the card's guess: times rank/T, all directions counted, they are worse than no patch, as"
                        + " hidden layers do not point everywhere alike and a block overshoots (mean squared error by"
                        + " that without a patch, single random GPT-2 blocks, the best of them)");
        list.add(
                "thought.rank-bounded",
                AT_MOST,
                1e4,
                source,
                "but by what it overshoots in one direction, and not without bounds (the same, the worst of them)");
    }
}

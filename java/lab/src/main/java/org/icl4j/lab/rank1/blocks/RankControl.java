package org.icl4j.lab.rank1.blocks;

import java.util.List;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.rank1.Errors;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.tensor.Tensor;

/** Changes of one weight for two queries, added, have rank 2: the test of rank must see that. */
final class RankControl {
    private RankControl() {}

    static <A> void run(Run<A> run) {
        BlockKind kind = BlockKind.SWIGLU;
        Decoder<A> decoder = RandomStack.draw(run, kind.config(run.settings()), kind.position(), 1, 0);
        int[] tokens = RandomStack.tokens(run, 0);
        int[] other = tokens.clone();
        other[other.length - 1] = (other[other.length - 1] + 1) % RandomStack.VOCABULARY;
        List<Change<A>> one = changes(run, kind, decoder, tokens);
        List<Change<A>> two = changes(run, kind, decoder, other);
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < one.size(); i++) {
            Tensor<A> both = one.get(i).delta().plus(two.get(i).delta());
            least = Math.min(least, Errors.secondToFirst(both));
        }
        run.measure("rank.control", 0, "sigma2OverSigma1OfTwoQueries", least);
        run.conclude("rank.control", Estimate.exact(least));
    }

    private static <A> List<Change<A>> changes(Run<A> run, BlockKind kind, Decoder<A> decoder, int[] tokens) {
        return new PatchedStack<>(decoder, kind.patcher(run.settings()), PatchRule.SEQUENTIAL, tokens)
                .patch()
                .changes();
    }
}

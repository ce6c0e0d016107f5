package org.icl4j.lab.rank1.blocks;

import java.util.LinkedHashMap;
import java.util.Map;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.rank1.Errors;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.tensor.Tensor;

/** Changes of one weight for two queries, added, have rank 2: the test of rank must see that, in every kind of block. */
final class RankControl {
    private RankControl() {}

    static <A> void run(Run<A> run) {
        double least = Double.POSITIVE_INFINITY;
        for (BlockKind kind : BlockKind.values()) {
            for (int draw = 0; draw < run.settings().integer("draws"); draw++) {
                double ofDraw = ofTwoQueries(run, kind, draw);
                run.measure("rank.control." + kind.label(), draw, "besideRankOneOfTwoQueries", ofDraw);
                least = Math.min(least, ofDraw);
            }
        }
        run.conclude("rank.control", Estimate.exact(least));
    }

    private static <A> double ofTwoQueries(Run<A> run, BlockKind kind, int draw) {
        Decoder<A> decoder = RandomStack.draw(run, kind.config(run.settings()), kind.position(), 1, draw);
        int[] tokens = RandomStack.tokens(run, draw);
        int[] other = tokens.clone();
        other[other.length - 1] = (other[other.length - 1] + 1) % RandomStack.VOCABULARY;
        Map<String, Tensor<A>> one = changes(run, kind, decoder, tokens);
        Map<String, Tensor<A>> two = changes(run, kind, decoder, other);
        one.keySet().retainAll(two.keySet()); // For another query other experts may be chosen.
        return Errors.least(one.keySet().stream()
                .mapToDouble(name -> Errors.besideRankOne(one.get(name).plus(two.get(name))))
                .toArray());
    }

    /** The changes of matrices. */
    private static <A> Map<String, Tensor<A>> changes(Run<A> run, BlockKind kind, Decoder<A> decoder, int[] tokens) {
        Map<String, Tensor<A>> changes = new LinkedHashMap<>();
        new PatchedStack<>(decoder, kind.patcher(run.settings()), PatchRule.SEQUENTIAL, tokens)
                .patch().changes().stream()
                        .filter(change -> change instanceof Change.RankOne)
                        .forEach(change -> changes.put(change.parameter(), change.delta()));
        return changes;
    }
}

package org.icl4j.lab.rank1;

import java.util.List;
import java.util.function.Predicate;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.patch.StackPatcher;
import org.icl4j.lab.patch.StackPatcher.Query;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Recorder;

/** Rules that are not the papers'. */
public final class WrongPatches {
    private WrongPatches() {}

    /** Without the changes of some parameters. */
    public record Without(Predicate<String> parameters) implements PatchRule {
        @Override
        public <A> Patch<A> patch(StackPatcher<A> patcher, Recorder<A> context, int position, Query<A> query) {
            return patcher.patch(context, position, query).only(parameters.negate());
        }
    }

    /** Every change of rank 1 a little too large. */
    public record Scaled(double factor) implements PatchRule {
        @Override
        public <A> Patch<A> patch(StackPatcher<A> patcher, Recorder<A> context, int position, Query<A> query) {
            List<Change<A>> changes = patcher.patch(context, position, query).changes().stream()
                    .map(this::scaled)
                    .toList();
            return new Patch<>(changes);
        }

        private <A> Change<A> scaled(Change<A> change) {
            if (!(change instanceof Change.RankOne<A> outer)) {
                return change;
            }
            Tensor<A> left = outer.left().zerosLike();
            for (int i = 0; i < left.size(); i++) {
                left.set(i, factor * outer.left().get(i));
            }
            return new Change.RankOne<>(outer.parameter(), left, outer.right());
        }
    }
}

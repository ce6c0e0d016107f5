package org.icl4j.kernels;

import java.util.Arrays;
import java.util.List;
import org.icl4j.kernels.KernelCall.Builder;
import org.icl4j.kernels.KernelCall.Role;

/** RMSNorm, the losses and the reductions for the tests that treat all kernels alike. */
final class LossCalls {
    private LossCalls() {}

    static <A> void addTo(List<KernelCall<A>> all, int count, int rows, int cols) {
        addRmsNorm(all, count, rows, cols);
        addCrossEntropy(all, count, rows, cols);
        all.add(reduction(new Builder<A>("sum"), count, rows, cols).build((k, m) -> k.sum(m.get(0))));
        all.add(reduction(new Builder<A>("sumOfSquares"), count, rows, cols).build((k, m) -> k.sumOfSquares(m.get(0))));
        all.add(reduction(new Builder<A>("max"), count, rows, cols).build((k, m) -> k.max(m.get(0))));
        all.add(new Builder<A>("dot")
                .slot("x", Role.READ, count, rows, cols)
                .slot("z", Role.READ, count, rows, cols)
                .build((k, m) -> k.dot(m.get(0), m.get(1))));
    }

    private static <A> Builder<A> reduction(Builder<A> builder, int count, int rows, int cols) {
        return builder.slot("x", Role.READ, count, rows, cols).free("x.count", "x.rows", "x.cols");
    }

    private static <A> void addRmsNorm(List<KernelCall<A>> all, int count, int rows, int cols) {
        all.add(new Builder<A>("rmsNorm")
                .slot("x", Role.READ, count, rows, cols)
                .slot("gamma", Role.READ, 1, 1, cols)
                .slot("y", Role.OVERWRITTEN, count, rows, cols)
                .slot("rstd", Role.OVERWRITTEN, 1, 1, count * rows)
                .inPlace("y=x")
                .build((k, m) -> k.rmsNorm(m.get(0), m.get(1), 1e-5, m.get(2), m.get(3))));
        all.add(new Builder<A>("rmsNormBackward")
                .slot("x", Role.READ, count, rows, cols)
                .slot("gamma", Role.READ, 1, 1, cols)
                .slot("rstd", Role.READ, 1, 1, count * rows)
                .slot("dy", Role.READ, count, rows, cols)
                .slot("dx", Role.OVERWRITTEN, count, rows, cols)
                .slot("dGamma", Role.UPDATED, 1, 1, cols)
                .inPlace("dx=dy")
                .build((k, m) -> k.rmsNormBackward(m.get(0), m.get(1), m.get(2), m.get(3), m.get(4), m.get(5))));
    }

    /** Every third row is ignored. */
    private static <A> void addCrossEntropy(List<KernelCall<A>> all, int count, int rows, int cols) {
        int[] classes = new int[count * rows];
        Arrays.setAll(classes, i -> i % 3 == 1 ? Targets.IGNORED : i % (cols - 1));
        Targets targets = Targets.of(classes);
        all.add(new Builder<A>("crossEntropy")
                .slot("logits", Role.READ, count, rows, cols)
                .slot("losses", Role.OVERWRITTEN, 1, 1, count * rows)
                .slot("logSumExp", Role.OVERWRITTEN, 1, 1, count * rows)
                .free("logits.cols")
                .build((k, m) -> k.crossEntropy(m.get(0), targets, m.get(1), m.get(2))));
        all.add(new Builder<A>("crossEntropyBackward")
                .slot("logits", Role.READ, count, rows, cols)
                .slot("logSumExp", Role.READ, 1, 1, count * rows)
                .slot("dLosses", Role.READ, 1, 1, count * rows)
                .slot("dLogits", Role.OVERWRITTEN, count, rows, cols)
                .inPlace("dLogits=logits")
                .build((k, m) -> k.crossEntropyBackward(m.get(0), targets, m.get(1), m.get(2), m.get(3))));
    }
}

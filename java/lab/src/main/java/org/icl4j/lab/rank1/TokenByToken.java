package org.icl4j.lab.rank1;

import org.icl4j.kernels.Kernels;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualPass;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The context moved into W one example at a time, for one prompt, in the two forms of the paper.
 *
 * <p>Prefix (Proposition 3.1): W_i = W_{i−1} + W·(A_i − A_{i−1})·A(x)ᵀ/‖A(x)‖², with A_i = A(c₁…c_i, x). All updates share the
 * right vector A(x), so their sum has rank 1 too.
 *
 * <p>Removal (Appendix B): examples are folded in from the left, W_i = W_{i−1} + W_{i−1}·(A_{≥i} − A_{>i})·A_{>i}ᵀ/‖A_{>i}‖²,
 * with A_{>i} = A(c_{i+1}…c_n, x). Here the sum has rank up to n.
 *
 * @param prefix error of T_{W_i}(x) against T_W(c₁…c_i, x), the worst over i; and the W_n reached
 * @param removal error of T_{W_i}(c_{i+1}…c_n, x) against T_W(C, x), the worst over i; and the W_n reached
 * @param skipped error of the prefix form's last step if the largest of its updates is left out
 */
record TokenByToken<A>(Path<A> prefix, Path<A> removal, double skipped) {
    /**
     * Where a form leads.
     *
     * @param worstError worst relative error on the way
     * @param update W_n − W
     */
    record Path<A>(double worstError, Tensor<A> update) {}

    /**
     * Both forms for a batch of one prompt.
     *
     * @param usualSize size of an output that errors are at least relative to, or 0
     */
    static <A> TokenByToken<A> of(PatchedBlock<A> patching, Prompts<A> prompt, double usualSize) {
        Steps<A> steps = new Steps<>(patching, prompt, usualSize);
        return new TokenByToken<>(steps.prefix(), steps.removal(), steps.withoutLargest());
    }

    private static final class Steps<A> {
        private final PatchedBlock<A> patching;
        private final ContextualBlock<A> block;
        private final Kernels<A> kernels;
        private final Prompts<A> prompt;
        private final int n;
        private final double usualSize;
        private Tensor<A> largest;

        Steps(PatchedBlock<A> patching, Prompts<A> prompt, double usualSize) {
            this.patching = patching;
            this.block = patching.block();
            this.kernels = block.kernels();
            this.prompt = prompt;
            this.n = prompt.examples();
            this.usualSize = usualSize;
        }

        private Tensor<A> context(Prompts<A> part) {
            return block.context(part.tokens()).row(0);
        }

        private double error(Tensor<A> expected, Tensor<A> w, Prompts<A> seen) {
            Tensor<A> actual = block.with(ContextualBlock.MLP_WEIGHT, w).apply(seen.tokens());
            return Errors.relative(expected, actual, usualSize)[0];
        }

        Path<A> prefix() {
            Tensor<A> w0 = patching.weight();
            Tensor<A> query = context(prompt.queries());
            Tensor<A> before = query;
            Tensor<A> w = w0;
            double worst = 0;
            for (int i = 1; i <= n; i++) {
                ContextualPass<A> part = block.pass(1, i + 1);
                part.forward(prompt.first(i).tokens());
                Tensor<A> now = part.context().row(0);
                Tensor<A> update = patching.rule().update(kernels, w0, now.minus(before), query);
                w = w.plus(update);
                if (largest == null || update.norm() > largest.norm()) {
                    largest = update;
                }
                worst = Math.max(worst, error(part.out(), w, prompt.queries()));
                before = now;
            }
            return new Path<>(worst, w.minus(w0));
        }

        /** To be called after {@link #prefix}. */
        double withoutLargest() {
            Tensor<A> w = patching.weight()
                    .plus(patching.update(context(prompt), context(prompt.queries())))
                    .minus(largest);
            return error(block.apply(prompt.tokens()), w, prompt.queries());
        }

        Path<A> removal() {
            Tensor<A> expected = block.apply(prompt.tokens());
            Tensor<A> w = patching.weight();
            Tensor<A> before = context(prompt);
            double worst = 0;
            for (int i = 1; i <= n; i++) {
                Prompts<A> rest = prompt.without(0, i);
                Tensor<A> now = context(rest);
                w = w.plus(patching.rule().update(kernels, w, before.minus(now), now));
                worst = Math.max(worst, error(expected, w, rest));
                before = now;
            }
            return new Path<>(worst, w.minus(patching.weight()));
        }
    }
}

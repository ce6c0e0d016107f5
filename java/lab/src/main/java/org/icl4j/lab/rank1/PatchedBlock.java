package org.icl4j.lab.rank1;

import org.icl4j.kernels.Kernels;
import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A block whose context can be moved into its weights: for a part Y of the context C, T_W(C, x) = T_{W+ΔW(Y)}(C∖Y, x).
 *
 * @param block the block, with its own W
 * @param rule how ΔW is computed
 */
record PatchedBlock<A>(ContextualBlock<A> block, UpdateRule rule) {
    private Kernels<A> kernels() {
        return block.kernels();
    }

    /** W. */
    Tensor<A> weight() {
        return block.parameters().get(ContextualBlock.MLP_WEIGHT);
    }

    /** The block with W + ΔW in the place of W. */
    ContextualBlock<A> patchedBy(Tensor<A> update) {
        return block.with(ContextualBlock.MLP_WEIGHT, weight().plus(update));
    }

    /** ΔW(Y) for one prompt, from A(C, x) and A(C∖Y, x). */
    Tensor<A> update(Tensor<A> withPart, Tensor<A> withoutPart) {
        return rule.update(kernels(), weight(), withPart.minus(withoutPart), withoutPart);
    }

    /** ΔW(Y) for prompt {@code i}, Y the examples {@code from} (inclusive) to {@code to} (exclusive). */
    Tensor<A> update(Prompts<A> prompts, int i, int from, int to) {
        Prompts<A> one = prompts.at(i);
        return update(
                block.context(one.tokens()).row(0),
                block.context(one.without(from, to).tokens()).row(0));
    }

    /**
     * What the patched block answers without seeing Y, for every prompt, [B, dToken].
     *
     * @param patchFrom the patch for prompt b is taken from prompt (b + {@code patchFrom}) mod B: 0 for its own
     */
    Tensor<A> outputsWithout(Prompts<A> prompts, int from, int to, int patchFrom) {
        Tensor<A> with = block.context(prompts.tokens());
        Prompts<A> rest = prompts.without(from, to);
        Tensor<A> without = block.context(rest.tokens());
        Tensor<A> outputs = Tensor.zeros(kernels().precision(), prompts.count(), prompts.dToken());
        for (int b = 0; b < prompts.count(); b++) {
            int source = (b + patchFrom) % prompts.count();
            Tensor<A> update = update(with.row(source), without.row(source));
            Tensor<A> answer = patchedBy(update).apply(rest.at(b).tokens());
            System.arraycopy(answer.array(), 0, outputs.array(), b * prompts.dToken(), prompts.dToken());
        }
        return outputs;
    }

    /** What the patched block answers to the query alone, the whole context in its weights. */
    Tensor<A> outputsToQueries(Prompts<A> prompts) {
        return outputsWithout(prompts, 0, prompts.examples(), 0);
    }
}

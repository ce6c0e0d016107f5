package org.icl4j.lab.rank1;

import java.util.BitSet;
import java.util.stream.IntStream;
import org.icl4j.kernels.Kernels;
import org.icl4j.lab.patch.Conditioning;
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

    /** The greatest |A(C, x)|/|A(x)| of the prompts. */
    double conditioning(Prompts<A> prompts) {
        Tensor<A> with = block.context(prompts.tokens());
        Tensor<A> without = block.context(prompts.queries().tokens());
        return Errors.worst(IntStream.range(0, prompts.count())
                .mapToDouble(b -> Conditioning.of(without.row(b), with.row(b)).value())
                .toArray());
    }

    /** ΔW(Y) for one prompt, from A(C, x) and A(C∖Y, x). */
    Tensor<A> update(Tensor<A> withPart, Tensor<A> withoutPart) {
        return rule.update(kernels(), weight(), withPart.minus(withoutPart), withoutPart);
    }

    /** ΔW(Y) for prompt {@code i}, Y the examples {@code from} (inclusive) to {@code to} (exclusive). */
    Tensor<A> update(Prompts<A> prompts, int i, int from, int to) {
        return update(prompts.at(i), range(from, to));
    }

    /** ΔW(Y) for a batch of one, Y these of its examples. */
    Tensor<A> update(Prompts<A> prompt, BitSet part) {
        return update(
                block.context(prompt.tokens()).row(0),
                block.context(prompt.without(part).tokens()).row(0));
    }

    private static BitSet range(int from, int to) {
        BitSet part = new BitSet();
        part.set(from, to);
        return part;
    }

    /**
     * What the patched block answers without seeing Y, for every prompt, [B, dToken].
     *
     * @param part Y, numbers of examples
     * @param patchFrom the patch for prompt b is taken from prompt (b + {@code patchFrom}) mod B: 0 for its own
     */
    Tensor<A> outputsWithout(Prompts<A> prompts, BitSet part, int patchFrom) {
        Tensor<A> with = block.context(prompts.tokens());
        Prompts<A> rest = prompts.without(part);
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
        return outputsToQueries(prompts, 0);
    }

    /** The same with the patches of other prompts, as in {@link #outputsWithout}. */
    Tensor<A> outputsToQueries(Prompts<A> prompts, int patchFrom) {
        return outputsWithout(prompts, range(0, prompts.examples()), patchFrom);
    }
}

package org.icl4j.lab.rank1;

import org.icl4j.lab.task.Prompts;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A block with skip connections, T(C, x) = x + A(C, x) + MLP(A(C, x)) (Dherin et al. 2025, v1, App. A; card D3): what the context adds
 * beside the MLP is taken up by the MLP's last bias, Δb′ = A(C, x) − A(x). Errors are relative to T(C, x).
 *
 * @param patched of the block with ΔW and Δb′, for the query alone
 * @param withoutBias of the block with ΔW alone
 */
record SkipErrors(double patched, double withoutBias) {
    /**
     * Measures.
     *
     * @param patching a block whose layer is as wide as its tokens
     * @param prompt a batch of one
     */
    static <A> SkipErrors of(PatchedBlock<A> patching, Prompts<A> prompt) {
        ContextualBlock<A> block = patching.block();
        Tensor<A> query = prompt.queries().tokens();
        Tensor<A> expected = output(block, prompt.tokens(), query);
        Tensor<A> with = block.context(prompt.tokens()).row(0);
        Tensor<A> without = block.context(query).row(0);
        ContextualBlock<A> weight = patching.patchedBy(patching.update(with, without));
        Tensor<A> bias = block.parameters().get(ContextualBlock.OUTPUT_BIAS);
        ContextualBlock<A> both = weight.with(ContextualBlock.OUTPUT_BIAS, bias.plus(with.minus(without)));
        return new SkipErrors(
                Errors.relative(expected, output(both, query, query))[0],
                Errors.relative(expected, output(weight, query, query))[0]);
    }

    /** x + A(C, x) + MLP(A(C, x)), [1, dToken]. */
    private static <A> Tensor<A> output(ContextualBlock<A> block, Tensor<A> tokens, Tensor<A> query) {
        Tensor<A> x = query.row(0);
        return Tensor.of(x.precision(), x.array(), 1, x.size())
                .plus(block.context(tokens))
                .plus(block.apply(tokens));
    }
}

package org.icl4j.lab.rank1.blocks;

import java.util.stream.IntStream;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.rank1.Errors;
import org.icl4j.transformer.trace.Recorder;
import org.icl4j.transformer.trace.Site;

/**
 * What a random stack gave. Errors are of the query alone against the query behind its context, at the end of blocks.
 *
 * @param patched of every block, with the patch
 * @param logits with the patch
 * @param unpatched of the last block, without a patch; the median of some prompts
 * @param leftOut of the last block, with the patch but for the changes of one block in the middle
 * @param withoutBias of the last block, with the patch but for the changes of biases; NaN where there are none
 * @param rounded of the last block, with what is changed stored as bf16
 * @param conditioning greatest |z_C|/|z| of a block, z what its MLP reads
 * @param rank what the difference of a patched matrix to the model's own has beside rank 1, by that; the greatest
 * @param gates greatest error of the experts' weights in a block, with the patch; NaN without experts
 * @param chosen whether the experts chosen are the same with the patch
 * @param chosenUnpatched whether they are without
 */
record StackOutcome(
        double[] patched,
        double logits,
        double unpatched,
        double leftOut,
        double withoutBias,
        double rounded,
        double conditioning,
        double rank,
        double gates,
        boolean chosen,
        boolean chosenUnpatched) {
    private static final int PROMPTS = 5;

    static <A> StackOutcome of(Run<A> run, PatchRule rule, BlockKind kind, int depth, int draw) {
        PatchedStack<A> stack = new PatchedStack<>(
                RandomStack.draw(run, kind.config(run.settings()), kind.position(), depth, draw),
                kind.patcher(run.settings()),
                rule,
                RandomStack.tokens(run, draw));
        Patch<A> patch = stack.patch();
        Recorder<A> patched = stack.patched(patch);
        Recorder<A> unpatched = stack.unpatched();
        boolean hasExperts = kind == BlockKind.EXPERTS;
        return new StackOutcome(
                stack.errors(patched),
                stack.error(depth, Site.LOGITS, patched),
                unpatched(run, stack, draw),
                last(stack.errors(stack.patched(patch.only(name -> !name.startsWith("h." + depth / 2 + "."))))),
                kind == BlockKind.GPT2
                        ? last(stack.errors(stack.patched(patch.only(name -> !name.endsWith(".bias")))))
                        : Double.NaN,
                last(stack.errors(stack.rounded())),
                stack.conditioning(patched),
                stack.besideRankOne(),
                hasExperts ? gates(stack, patched, depth) : Double.NaN,
                hasExperts && stack.choosesTheSame(patched),
                hasExperts && stack.choosesTheSame(unpatched));
    }

    private static double last(double[] errors) {
        return errors[errors.length - 1];
    }

    private static double unpatched(Run<?> run, PatchedStack<?> stack, int draw) {
        return Errors.median(stack.unpatchedErrors(IntStream.range(0, PROMPTS)
                .mapToObj(prompt -> RandomStack.tokens(run, prompt, draw))
                .toArray(int[][]::new)));
    }

    private static <A> double gates(PatchedStack<A> stack, Recorder<A> patched, int depth) {
        double worst = 0;
        for (int layer = 0; layer < depth; layer++) {
            worst = Math.max(worst, stack.error(layer, Site.GATES, patched));
        }
        return worst;
    }

    int depth() {
        return patched.length;
    }

    double worstPatched() {
        return Errors.worst(patched);
    }

    void record(Run<?> run, BlockKind kind, int draw) {
        String condition = kind.label() + "." + depth() + "-blocks";
        for (int layer = 0; layer < patched.length; layer++) {
            run.measure(condition + ".block-" + (layer + 1), draw, "patchedError", patched[layer]);
        }
        run.measure(condition, draw, "logitsError", logits);
        run.measure(condition, draw, "unpatchedError", unpatched);
        run.measure(condition, draw, "blockLeftOutError", leftOut);
        run.measure(condition, draw, "roundedToBf16Error", rounded);
        run.measure(condition, draw, "conditioning", conditioning);
        measureIfAny(run, condition, draw, "withoutBiasChangeError", withoutBias);
        run.measure(condition, draw, "besideRankOne", rank);
        measureIfAny(run, condition, draw, "gatesError", gates);
    }

    private static void measureIfAny(Run<?> run, String condition, int draw, String metric, double value) {
        if (!Double.isNaN(value)) {
            run.measure(condition, draw, metric, value);
        }
    }
}

package org.icl4j.lab.rank1.generation;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.icl4j.kernels.WeightType;
import org.icl4j.lab.patch.BlockPatcher;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.patch.StackPatcher;
import org.icl4j.lab.patch.StackPatcher.Query;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Recorder;

/**
 * Greedy decoding, at each step once with the history and once without: the last token alone, at its place, on changed weights. All go
 * on with the token that was chosen with the history.
 */
final class HiddenHistory<A> {
    private final Decoder<A> decoder;
    private final StackPatcher<A> patcher;
    private final PatchRule rule;

    HiddenHistory(Decoder<A> decoder, BlockPatcher kind, PatchRule rule) {
        this.decoder = decoder;
        this.patcher = new StackPatcher<>(decoder, kind);
        this.rule = rule;
    }

    /**
     * The greedy continuation of a text of at least 2 tokens.
     *
     * @param tokens the text with what was generated
     * @param comparisons for each variant those of all steps
     */
    record Decoded(int[] tokens, Map<Variant, Comparison[]> comparisons) {}

    /**
     * A step without history against the one with it.
     *
     * @param sameToken whether the same token is the likeliest
     * @param difference largest difference of a logit
     * @param size largest logit with the history
     */
    record Comparison(boolean sameToken, double difference, double size) {}

    Decoded decode(int[] text, int steps) {
        int[] tokens = Arrays.copyOf(text, text.length + steps);
        Map<Variant, Comparison[]> comparisons = new EnumMap<>(Variant.class);
        for (Variant variant : Variant.values()) {
            comparisons.put(variant, new Comparison[steps]);
        }
        Patch<A> stale = patch(tokens, text.length - 2);
        for (int step = 0; step < steps; step++) {
            int position = text.length + step - 1;
            Recorder<A> record = BlockPatcher.recorder();
            Tensor<A> expected = withHistory(tokens, position, record);
            Patch<A> patch = rule.patch(patcher, record, position, Query.token(tokens[position]));
            tokens[position + 1] = likeliest(expected);
            for (Variant variant : Variant.values()) {
                Tensor<A> logits = alone(tokens[position], position, parameters(variant, patch, stale));
                comparisons.get(variant)[step] = compare(expected, logits);
            }
            stale = patch;
        }
        return new Decoded(tokens, comparisons);
    }

    private Patch<A> patch(int[] tokens, int position) {
        Recorder<A> record = BlockPatcher.recorder();
        withHistory(tokens, position, record);
        return rule.patch(patcher, record, position, Query.token(tokens[position]));
    }

    private Tensor<A> withHistory(int[] tokens, int position, Recorder<A> record) {
        DecoderPass<A> pass = decoder.pass(1, position + 1);
        pass.forward(Arrays.copyOf(tokens, position + 1), record);
        return pass.out().row(position);
    }

    private Tensor<A> alone(int token, int position, Parameters<A> parameters) {
        DecoderPass<A> pass = patcher.alone(parameters, position);
        pass.forward(new int[] {token});
        return pass.out().row(0);
    }

    private Parameters<A> parameters(Variant variant, Patch<A> patch, Patch<A> stale) {
        Parameters<A> own = decoder.parameters();
        return switch (variant) {
            case PATCHED -> patch.appliedTo(own);
            case ROUNDED -> patch.appliedTo(own, WeightType.BF16);
            case STALE -> stale.appliedTo(own);
            case UNPATCHED -> own;
        };
    }

    /** NaN is never the likeliest, and is a difference. */
    private static Comparison compare(Tensor<?> expected, Tensor<?> actual) {
        double difference = 0;
        double size = 0;
        for (int j = 0; j < expected.size(); j++) {
            difference = Math.max(difference, Math.abs(expected.get(j) - actual.get(j)));
            size = Math.max(size, Math.abs(expected.get(j)));
        }
        return new Comparison(likeliest(expected) == likeliest(actual), difference, size);
    }

    private static int likeliest(Tensor<?> logits) {
        int best = 0;
        for (int j = 1; j < logits.size(); j++) {
            best = logits.get(j) > logits.get(best) ? j : best;
        }
        return best;
    }
}

package org.icl4j.lab.rank1.blocks;

import org.icl4j.kernels.WeightType;
import org.icl4j.lab.patch.BlockPatcher;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.patch.StackPatcher;
import org.icl4j.lab.patch.StackPatcher.Query;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Recorder;
import org.icl4j.transformer.trace.Site;

/** A decoder, a prompt, and the patch with which the last token alone stands for the whole of it. */
final class PatchedStack<A> {
    private final Decoder<A> decoder;
    private final StackPatcher<A> patcher;
    private final int position;
    private final Query<A> query;
    private final Recorder<A> context;
    private final Patch<A> patch;

    PatchedStack(Decoder<A> decoder, BlockPatcher kind, PatchRule rule, int[] tokens) {
        this.decoder = decoder;
        this.patcher = new StackPatcher<>(decoder, kind);
        this.position = tokens.length - 1;
        this.query = Query.token(tokens[position]);
        this.context = Recorder.ofAll();
        decoder.pass(1, tokens.length).forward(tokens, context);
        this.patch = rule.patch(patcher, context, position, query);
    }

    Patch<A> patch() {
        return patch;
    }

    /** A record of the query alone on other parameters. */
    Recorder<A> alone(Parameters<A> parameters) {
        Recorder<A> record = Recorder.ofAll();
        query.forward(patcher.alone(parameters, position), record);
        return record;
    }

    /** The query alone, not patched. */
    Recorder<A> unpatched() {
        return alone(decoder.parameters());
    }

    /** The query alone, with a part of the patch or all of it. */
    Recorder<A> patched(Patch<A> by) {
        return alone(by.appliedTo(decoder.parameters()));
    }

    /** The query alone, patched, what was changed rounded to bf16. */
    Recorder<A> rounded() {
        return alone(patch.appliedTo(decoder.parameters(), WeightType.BF16));
    }

    /** How far the query alone is from what it is behind its context at each block's end, ‖difference‖∞/‖contextual‖∞. */
    double[] errors(Recorder<A> alone) {
        double[] errors = new double[decoder.config().nLayers()];
        for (int layer = 0; layer < errors.length; layer++) {
            errors[layer] = error(layer, Site.RESID_POST, alone);
        }
        return errors;
    }

    /** The same at one site. */
    double error(int layer, Site site, Recorder<A> alone) {
        Tensor<A> expected = context.get(layer, site, position);
        Tensor<A> actual = alone.get(layer, site, 0);
        double size = 0;
        double difference = 0;
        for (int j = 0; j < expected.size(); j++) {
            size = Math.max(size, Math.abs(expected.get(j)));
            difference = Math.max(difference, Math.abs(actual.get(j) - expected.get(j)));
        }
        return difference / size;
    }

    /** Whether the experts that work on the query alone are those that work on it behind its context, in every block. */
    boolean choosesTheSame(Recorder<A> alone) {
        for (int layer = 0; layer < decoder.config().nLayers(); layer++) {
            Tensor<A> expected = context.get(layer, Site.GATES, position);
            Tensor<A> actual = alone.get(layer, Site.GATES, 0);
            for (int e = 0; e < expected.size(); e++) {
                if (expected.get(e) > 0 != actual.get(e) > 0) {
                    return false;
                }
            }
        }
        return true;
    }
}

package org.icl4j.lab.rank1.blocks;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.icl4j.kernels.WeightType;
import org.icl4j.lab.patch.BlockPatcher;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Conditioning;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.PatchRule;
import org.icl4j.lab.patch.StackPatcher;
import org.icl4j.lab.patch.StackPatcher.Query;
import org.icl4j.lab.rank1.Errors;
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

    /** Errors at the end of the last block of other prompts' last tokens alone, not patched. */
    double[] unpatchedErrors(int[][] prompts) {
        int last = prompts[0].length - 1;
        Recorder<A> behind = Recorder.of(Site.RESID_POST);
        decoder.pass(prompts.length, last + 1)
                .forward(Arrays.stream(prompts).flatMapToInt(Arrays::stream).toArray(), behind);
        Recorder<A> alone = Recorder.of(Site.RESID_POST);
        decoder.pass(prompts.length, 1, last)
                .forward(Arrays.stream(prompts).mapToInt(prompt -> prompt[last]).toArray(), alone);
        int layer = decoder.config().nLayers() - 1;
        Tensor<A> expected = behind.get(layer, Site.RESID_POST);
        Tensor<A> actual = alone.get(layer, Site.RESID_POST);
        return IntStream.range(0, prompts.length)
                .mapToDouble(b -> error(row(expected, b, last), row(actual, b, 0)))
                .toArray();
    }

    private static <A> Tensor<A> row(Tensor<A> of, int sequence, int position) {
        Tensor<A> row = Tensor.zeros(of.precision(), of.dim(2));
        for (int j = 0; j < row.size(); j++) {
            row.set(j, of.get(of.index(sequence, position, j)));
        }
        return row;
    }

    /**
     * The worst of all matrices that the patch changes: what the difference of the patched weight to the model's own has beside a matrix
     * of rank 1, by that.
     */
    double besideRankOne() {
        Parameters<A> own = decoder.parameters();
        Parameters<A> patched = patch.appliedTo(own);
        return Errors.worst(patch.changes().stream()
                .map(Change::parameter)
                .distinct()
                .filter(name -> own.get(name).rank() == 2)
                .mapToDouble(name -> Errors.besideRankOne(patched.get(name).minus(own.get(name))))
                .toArray());
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
        return error(context.get(layer, site, position), alone.get(layer, site, 0));
    }

    private static double error(Tensor<?> expected, Tensor<?> actual) {
        double size = 0;
        double difference = 0;
        for (int j = 0; j < expected.size(); j++) {
            size = Math.max(size, Math.abs(expected.get(j)));
            difference = Math.max(difference, Math.abs(actual.get(j) - expected.get(j)));
        }
        return difference == 0 ? 0 : difference / size;
    }

    /** The greatest |z_C|/|z| of any block, z what its MLP reads: alone, on the patched blocks below, and behind the context. */
    double conditioning(Recorder<A> patched) {
        double worst = 0;
        for (int layer = 0; layer < decoder.config().nLayers(); layer++) {
            Tensor<A> z = patched.get(layer, Site.MLP_IN, 0);
            worst = Math.max(
                    worst,
                    Conditioning.of(z, context.get(layer, Site.MLP_IN, position))
                            .value());
        }
        return worst;
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

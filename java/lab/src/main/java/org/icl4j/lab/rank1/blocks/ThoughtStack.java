package org.icl4j.lab.rank1.blocks;

import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Patch;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderPass;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Recorder;
import org.icl4j.transformer.trace.Site;

/**
 * One patch of a stack of GPT-2 blocks for one context and any query: in each block, in order, a change of the weight that reads z
 * takes it to W·z_C, and one of the weight that reads the hidden layer takes up v_C − v, both as nearly as can be for the calibration
 * queries as the patched blocks below leave them.
 */
final class ThoughtStack<A> {
    private final Decoder<A> decoder;
    private final int[] context;
    private final int[] calibration;
    private final int[] fresh;
    private final Recorder<A> behind;
    private final RealMatrix wanted;
    private final RealMatrix own;

    /**
     * @param context tokens before the query
     * @param calibration queries to learn from
     * @param fresh queries to test on
     */
    ThoughtStack(Decoder<A> decoder, int[] context, int[] calibration, int[] fresh) {
        this.decoder = decoder;
        this.context = context;
        this.calibration = calibration;
        this.fresh = fresh;
        this.behind = behindContext(calibration);
        this.wanted = end(behindContext(fresh));
        this.own = end(alone(decoder.parameters(), fresh));
    }

    /** The parameters patched by what the first {@code count} calibration queries teach. */
    private Parameters<A> patched(ThoughtKind kind, int count) {
        int[] queries = Arrays.copyOf(calibration, count);
        Parameters<A> patched = decoder.parameters();
        for (int layer = 0; layer < decoder.config().nLayers(); layer++) {
            String mlp = "h." + layer + ".mlp.";
            Recorder<A> alone = alone(patched, queries);
            RealMatrix z = rows(alone, layer, Site.MLP_IN, count);
            RealMatrix difference = rows(behind, layer, Site.MLP_IN, count).subtract(z);
            RealMatrix missing =
                    difference.multiply(matrix(patched.get(mlp + "c_fc.weight")).transpose());
            patched = changed(patched, mlp + "c_fc", kind, kind.change(z, missing));
            alone = alone(patched, queries);
            RealMatrix hidden = rows(alone, layer, Site.MLP_HIDDEN, count);
            missing = rows(behind, layer, Site.RESID_MID, count).subtract(rows(alone, layer, Site.RESID_MID, count));
            patched = changed(patched, mlp + "c_proj", kind, kind.change(hidden, missing));
        }
        return patched;
    }

    /**
     * Mean squared distance of the fresh queries, patched by what the first {@code count} calibration queries teach, from where they are behind the context, by that of the queries
     * alone on the model's own, at the end of the last block.
     */
    double error(ThoughtKind kind, int count) {
        RealMatrix patched = end(alone(patched(kind, count), fresh));
        return Math.pow(
                wanted.subtract(patched).getFrobeniusNorm()
                        / wanted.subtract(own).getFrobeniusNorm(),
                2);
    }

    private RealMatrix end(Recorder<A> record) {
        return rows(record, decoder.config().nLayers() - 1, Site.RESID_POST, fresh.length);
    }

    private Recorder<A> behindContext(int[] queries) {
        int length = context.length + 1;
        int[] tokens = new int[queries.length * length];
        for (int b = 0; b < queries.length; b++) {
            System.arraycopy(context, 0, tokens, b * length, context.length);
            tokens[b * length + context.length] = queries[b];
        }
        return recorded(decoder.pass(queries.length, length), tokens);
    }

    private Recorder<A> alone(Parameters<A> parameters, int[] queries) {
        Decoder<A> patched = new Decoder<>(decoder.config(), decoder.kernels(), parameters);
        return recorded(patched.pass(queries.length, 1, context.length), queries);
    }

    private static <A> Recorder<A> recorded(DecoderPass<A> pass, int[] tokens) {
        Recorder<A> record = Recorder.of(Site.RESID_MID, Site.MLP_IN, Site.MLP_HIDDEN, Site.RESID_POST);
        pass.forward(tokens, record);
        return record;
    }

    /** The last position of the first {@code count} sequences. */
    private static RealMatrix rows(Recorder<?> record, int layer, Site site, int count) {
        Tensor<?> value = record.get(layer, site);
        RealMatrix rows = new Array2DRowRealMatrix(count, value.dim(2));
        for (int b = 0; b < count; b++) {
            for (int j = 0; j < value.dim(2); j++) {
                rows.setEntry(b, j, value.get(value.index(b, value.dim(1) - 1, j)));
            }
        }
        return rows;
    }

    private static RealMatrix matrix(Tensor<?> weight) {
        RealMatrix matrix = new Array2DRowRealMatrix(weight.dim(0), weight.dim(1));
        for (int i = 0; i < weight.dim(0); i++) {
            for (int j = 0; j < weight.dim(1); j++) {
                matrix.setEntry(i, j, weight.get(weight.index(i, j)));
            }
        }
        return matrix;
    }

    private static <A> Parameters<A> changed(
            Parameters<A> parameters, String linear, ThoughtKind kind, RealMatrix change) {
        String name = linear + (kind.isOfTheBias() ? ".bias" : ".weight");
        Tensor<A> delta = parameters.get(name).zerosLike();
        double[] values =
                Arrays.stream(change.getData()).flatMapToDouble(Arrays::stream).toArray();
        for (int i = 0; i < values.length; i++) {
            delta.set(i, values[i]);
        }
        return new Patch<>(List.of(new Change.Shift<>(name, delta))).appliedTo(parameters);
    }
}

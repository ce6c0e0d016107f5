package org.icl4j.lab.compile;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.compile.QueryRuns.Observation;
import org.icl4j.lab.experiment.InputException;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Change.LowRank;
import org.icl4j.lab.patch.Patch;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.trace.Site;

/**
 * Turns a context into changes of the MLPs' weights, block after block (Goldwaser et al. 2025, Alg. 1), each fitted on the residual
 * stream as the changes of the blocks before it leave it. With z what the MLP reads, h what its last matrix reads, y what leaves the
 * block, and the index C for the same behind the context:
 *
 * <p>ΔW of a matrix that reads z takes z to W·(z_C − z), and then ΔW of the last matrix takes h to y_C − y. For one query at one
 * position both hold exactly, and each ΔW is of rank 1 (Dherin et al. 2025, Theorem 2.2; Goldwaser et al., the forms without a change
 * of biases): {@code [patched](query) = [model](context, query)}. For many they are least squares with a ridge ({@link RidgeMap}): one
 * patch for all, which is as good as the differences are linear in z and h, and what one block leaves the next ones may mend.
 */
final class PatchFit<A> {
    private static final double ROUNDING = 16;

    private final DecoderConfig config;
    private final Precision<A> precision;
    private final QueryRuns<A> queries;
    private final Observation context;
    private final boolean exact;
    private final List<Fitted<A>> done = new ArrayList<>();
    private Parameters<A> patched;

    /**
     * A change, and how it came about.
     *
     * @param ridge λ of the fit
     * @param residual what is left of what it was to do, as a part of it
     */
    record Fitted<A>(LowRank<A> change, double ridge, double residual) {}

    private PatchFit(Parameters<A> parameters, QueryRuns<A> queries, Sequence context) {
        this.config = queries.config();
        this.precision = queries.kernels().precision();
        this.queries = queries;
        this.context = queries.behind(context, parameters);
        this.exact = queries.queries().size() == 1;
        this.patched = parameters;
    }

    /**
     * The changes that stand for {@code context}; for one query exactly at its last position, for several as nearly as can be at all
     * their positions.
     *
     * @throws InputException if a vector that a change would have to act on is 0
     */
    static <A> List<Fitted<A>> fit(Parameters<A> parameters, QueryRuns<A> queries, Sequence context) {
        PatchFit<A> fit = new PatchFit<>(parameters, queries, context);
        for (int layer = 0; layer < fit.config.nLayers(); layer++) {
            fit.fitBlock(layer);
        }
        return List.copyOf(fit.done);
    }

    /** All changes as one patch. */
    static <A> Patch<A> patch(List<Fitted<A>> fitted) {
        List<Change<A>> changes = new ArrayList<>();
        fitted.forEach(one -> changes.add(one.change()));
        return new Patch<>(changes);
    }

    private void fitBlock(int layer) {
        MlpWeights weights = MlpWeights.of(config.block(), layer);
        double[][] z = rows(queries.alone(patched), layer, Site.MLP_IN);
        double[][] wanted = rows(context, layer, Site.MLP_IN);
        double[][] difference = minus(wanted, z);
        if (norm(difference) > negligible(wanted)) {
            for (String name : weights.in()) {
                add(name, z, times(patched.get(name), difference));
            }
        }
        Observation now = queries.alone(patched);
        double[][] y = rows(context, layer, Site.RESID_POST);
        double[][] missing = minus(y, rows(now, layer, Site.RESID_POST));
        if (norm(missing) > negligible(y)) {
            add(weights.out(), rows(now, layer, Site.MLP_HIDDEN), missing);
        }
    }

    private double[][] rows(Observation observed, int layer, Site site) {
        return exact ? observed.lastRows(layer, site) : observed.rows(layer, site);
    }

    /** Below this a difference is one of rounding. */
    private double negligible(double[][] of) {
        return ROUNDING * precision.epsilon() * norm(of);
    }

    private void add(String name, double[][] inputs, double[][] wanted) {
        if (!(norm(inputs) > precision.epsilon() * norm(wanted))) {
            throw new InputException("no patch exists: what parameter '" + name + "' reads at the query is 0 (norm "
                    + norm(inputs) + ", against " + norm(wanted) + " for what is to come of it)");
        }
        RidgeMap map = RidgeMap.fit(inputs, wanted, precision.epsilon());
        LowRank<A> change = new LowRank<>(name, tensor(map.left()), tensor(map.right()));
        done.add(new Fitted<>(change, map.lambda(), map.residual()));
        patched = new Patch<A>(List.of(change)).appliedTo(patched);
    }

    private Tensor<A> tensor(double[][] rows) {
        Tensor<A> tensor = Tensor.zeros(precision, rows.length, rows[0].length);
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                tensor.set(tensor.index(i, j), rows[i][j]);
            }
        }
        return tensor;
    }

    private static double[][] minus(double[][] a, double[][] b) {
        double[][] difference = new double[a.length][a[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                difference[i][j] = a[i][j] - b[i][j];
            }
        }
        return difference;
    }

    /** Rows W·x for rows x. */
    private static double[][] times(Tensor<?> w, double[][] rows) {
        double[][] products = new double[rows.length][w.dim(0)];
        for (int k = 0; k < rows.length; k++) {
            for (int i = 0; i < products[k].length; i++) {
                for (int j = 0; j < rows[k].length; j++) {
                    products[k][i] += w.get(w.index(i, j)) * rows[k][j];
                }
            }
        }
        return products;
    }

    private static double norm(double[][] rows) {
        double sum = 0;
        for (double[] row : rows) {
            for (double value : row) {
                sum += value * value;
            }
        }
        return Math.sqrt(sum);
    }
}

package org.icl4j.lab.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.compile.QueryRuns.Observation;
import org.icl4j.lab.patch.Change;
import org.icl4j.lab.patch.Change.LowRank;
import org.icl4j.lab.patch.Change.Shift;
import org.icl4j.lab.patch.Conditioning;
import org.icl4j.lab.patch.MlpWeights;
import org.icl4j.lab.patch.NoPatchException;
import org.icl4j.lab.patch.Patch;
import org.icl4j.lab.patch.PostNorm;
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
 *
 * <p>Of experts, the router is one of the matrices that read z, and each expert is fitted on the positions where it is chosen, its share
 * of y_C − y being 1/S, S the sum of the gates of those chosen. Where a norm stands behind the MLP, the last matrix is fitted to turn
 * what the norm reads to where its gain is of most use (the stable form, App. B), and then the gain gets what is still missing, by least
 * squares in each component.
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
     * @param change of a matrix a {@link LowRank}, of a gain a {@link Shift}
     * @param ridge λ of the fit
     * @param residual what is left of what it was to do, as a part of it
     */
    record Fitted<A>(Change<A> change, double ridge, double residual) {}

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
     * @throws NoPatchException if a vector that a change would have to act on is 0
     */
    static <A> List<Fitted<A>> fit(Parameters<A> parameters, QueryRuns<A> queries, Sequence context) {
        PatchFit<A> fit = new PatchFit<>(parameters, queries, context);
        for (int layer = 0; layer < fit.config.nLayers(); layer++) {
            MlpWeights weights = new MlpWeights(fit.config.block(), layer);
            fit.fitInputs(weights);
            fit.fitOutput(weights);
        }
        return List.copyOf(fit.done);
    }

    /** All changes as one patch. */
    static <A> Patch<A> patch(List<Fitted<A>> fitted) {
        return new Patch<A>(fitted.stream().map(Fitted::change).toList());
    }

    private void fitInputs(MlpWeights weights) {
        double[][] z = rows(queries.alone(patched), weights, Site.MLP_IN);
        double[][] wanted = rows(context, weights, Site.MLP_IN);
        double[][] difference = minus(wanted, z);
        if (!(norm(difference) > negligible(wanted))) {
            return;
        }
        if (weights.isRouted()) {
            addInput(weights.router(), z, wanted);
        }
        double[][] gates = gates(context, weights, z.length);
        for (int e = 0; e < gates[0].length; e++) {
            int[] at = positions(gates, e);
            for (String name : weights.inputs(e)) {
                addInput(name, picked(z, at), picked(wanted, at));
            }
        }
    }

    private void addInput(String name, double[][] z, double[][] wanted) {
        double[][] more = times(patched.get(name), minus(wanted, z));
        if (norm(more) != 0) {
            new Conditioning(norm(z), norm(wanted))
                    .require(
                            precision, "'" + name + "'", "|z|, z the input of the MLP,", "the same behind the context");
            add(name, z, more);
        }
    }

    private void fitOutput(MlpWeights weights) {
        double[][] missing = missing(queries.alone(patched), weights);
        if (missing.length == 0) {
            return;
        }
        if (!config.block().postNormed()) {
            fitLast(weights, missing);
            return;
        }
        fitLast(weights, turns(weights, missing));
        fitGain(weights);
    }

    /** y_C − y; nothing where that is rounding. */
    private double[][] missing(Observation now, MlpWeights weights) {
        double[][] wanted = rows(context, weights, Site.RESID_POST);
        double[][] missing = minus(wanted, rows(now, weights, Site.RESID_POST));
        return norm(missing) > negligible(wanted) ? missing : new double[0][];
    }

    /** Makes the MLP give {@code more} before any norm. */
    private void fitLast(MlpWeights weights, double[][] more) {
        Observation now = queries.alone(patched);
        double[][] hidden = rows(now, weights, Site.MLP_HIDDEN);
        double[][] gates = gates(now, weights, hidden.length);
        for (int e = 0; e < gates[0].length; e++) {
            int expert = e;
            int[] at = positions(gates, e);
            double[][] inputs = Arrays.stream(at)
                    .mapToObj(k -> weights.hidden(hidden[k], expert))
                    .toArray(double[][]::new);
            double[][] shares = Arrays.stream(at)
                    .mapToObj(k -> times(1 / Arrays.stream(gates[k]).sum(), more[k]))
                    .toArray(double[][]::new);
            if (norm(shares) != 0) {
                String name = weights.last(e);
                new Conditioning(norm(inputs), norm(shares))
                        .require(
                                precision,
                                "'" + name + "'",
                                "|h|, h the hidden layer,",
                                "the size of what it is to give more");
                add(name, inputs, shares);
            }
        }
    }

    /** What the MLP is to give more before its norm, so that the norm's gain has least to do. */
    private double[][] turns(MlpWeights weights, double[][] missing) {
        PostNorm norm = PostNorm.of(weights, patched);
        double[][] results = results(queries.alone(patched), weights);
        double[][] turned = new double[results.length][];
        for (int k = 0; k < turned.length; k++) {
            turned[k] = norm.turned(results[k], missing[k]);
        }
        return minus(turned, results);
    }

    private void fitGain(MlpWeights weights) {
        Observation now = queries.alone(patched);
        double[][] missing = missing(now, weights);
        if (missing.length == 0) {
            return;
        }
        PostNorm norm = PostNorm.of(weights, patched);
        double[][] results = results(now, weights);
        double[][] out = rows(now, weights, Site.MLP_OUT);
        double[][] normed = new double[results.length][];
        for (int k = 0; k < normed.length; k++) {
            normed[k] = norm.normed(results[k], out[k]);
        }
        double[] change = norm.change(precision, missing, normed, "");
        double[][] given = new double[normed.length][change.length];
        for (int k = 0; k < given.length; k++) {
            for (int j = 0; j < change.length; j++) {
                given[k][j] = change[j] * normed[k][j];
            }
        }
        Tensor<A> delta = Tensor.zeros(precision, change.length);
        for (int j = 0; j < change.length; j++) {
            delta.set(j, change[j]);
        }
        add(new Fitted<>(new Shift<>(weights.gain(), delta), 0, norm(minus(missing, given)) / norm(missing)));
    }

    /** What the MLP gives before its norm. */
    private double[][] results(Observation now, MlpWeights weights) {
        double[][] hidden = rows(now, weights, Site.MLP_HIDDEN);
        double[][] gates = gates(now, weights, hidden.length);
        return IntStream.range(0, hidden.length)
                .mapToObj(k -> weights.result(patched, hidden[k], gates[k]))
                .toArray(double[][]::new);
    }

    private double[][] gates(Observation observed, MlpWeights weights, int count) {
        if (weights.isRouted()) {
            return rows(observed, weights, Site.GATES);
        }
        return IntStream.range(0, count).mapToObj(k -> MlpWeights.alone()).toArray(double[][]::new);
    }

    /** Where an expert is chosen. */
    private static int[] positions(double[][] gates, int expert) {
        return IntStream.range(0, gates.length)
                .filter(k -> gates[k][expert] > 0)
                .toArray();
    }

    private static double[][] picked(double[][] rows, int[] at) {
        return Arrays.stream(at).mapToObj(k -> rows[k]).toArray(double[][]::new);
    }

    private double[][] rows(Observation observed, MlpWeights weights, Site site) {
        return exact ? observed.lastRows(weights.layer(), site) : observed.rows(weights.layer(), site);
    }

    /** Below this a difference is one of rounding. */
    private double negligible(double[][] of) {
        return ROUNDING * precision.epsilon() * norm(of);
    }

    private void add(String name, double[][] inputs, double[][] more) {
        RidgeMap map = RidgeMap.fit(inputs, more, precision.epsilon());
        LowRank<A> change = new LowRank<>(name, tensor(map.left()), tensor(map.right()));
        add(new Fitted<>(change, map.lambda(), map.residual()));
    }

    private void add(Fitted<A> fitted) {
        done.add(fitted);
        patched = new Patch<A>(List.of(fitted.change())).appliedTo(patched);
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
        double[][] difference = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            difference[i] = new double[a[i].length];
            for (int j = 0; j < a[i].length; j++) {
                difference[i][j] = a[i][j] - b[i][j];
            }
        }
        return difference;
    }

    private static double[] times(double factor, double[] row) {
        return Arrays.stream(row).map(value -> factor * value).toArray();
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

package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.hipparchus.dfp.Dfp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The specification in f64, which judges all other kernels, against the formulas themselves in {@link Exact decimal numbers of
 * 60 digits}. Its products stand in {@link ProductKernelsTest}, which has an oracle of its own.
 */
@ExtendWith(CaseReport.class)
class SpecificationTest {
    private static final double EPS = 0x1p-52;
    private static final int[] LENGTHS = {1, 2, 3, 7, 16, 33};

    private final Tested<double[]> tested = new Tested<>("scalar", Precision.F64);
    private final Kernels<double[]> kernels = Reference.KERNELS;
    private final RandomGenerator random = TestSeed.random("specification");

    private double gaussian() {
        return random.nextGaussian();
    }

    private Operand<double[]> operand(int rows, int cols, DoubleSupplier values) {
        return Operand.matrix(Precision.F64, rows, cols, values);
    }

    private Operand<double[]> gaussians(int rows, int cols) {
        return operand(rows, cols, this::gaussian);
    }

    private Operand<double[]> unwritten(int rows, int cols) {
        return operand(rows, cols, () -> Double.NaN);
    }

    /** |actual − expected| ≤ bound, for a case that is counted. */
    private void check(Dfp expected, double actual, double bound, String what) {
        double error = Exact.distance(expected, actual);
        assertTrue(
                error <= bound,
                what + " is " + actual + ", exact " + expected.toDouble() + ", error " + error + ", allowed " + bound
                        + ", " + TestSeed.hint());
        tested.count(1);
    }

    /** Row {@code i} of {@code m}. */
    private static Dfp[] row(Operand<double[]> m, int i) {
        Dfp[] row = new Dfp[m.view.cols()];
        Arrays.setAll(row, j -> Exact.of(m.get(0, i, j)));
        return row;
    }

    private double[] activationPoints() {
        double[] points = new double[400];
        for (int i = 0; i < points.length; i++) {
            points[i] = switch (i % 4) {
                case 0 -> (i - 200) / 10.0;
                case 1 -> random.nextDouble(-9, 9);
                case 2 -> random.nextDouble(-37, -6);
                default -> Math.scalb(random.nextDouble(-2, 2), -random.nextInt(60));
            };
        }
        points[0] = 8.3;
        return points;
    }

    @Test
    void gelu() {
        double[] points = activationPoints();
        int n = points.length;
        for (Gelu form : Gelu.values()) {
            double[] y = new double[n];
            kernels.gelu(form, Matrix.of(points, 1, n), Matrix.of(y, 1, n));
            for (int i = 0; i < n; i++) {
                double x = points[i];
                Dfp exact = Exact.gelu(form, x);
                double size = Math.abs(exact.toDouble());
                double gauge = Math.max(size, Math.abs(x) / 2);
                check(exact, y[i], 2 * EPS * gauge, "gelu " + form + " of " + x);
                double tail = form == Gelu.TANH
                        ? 2 * EPS * (1 + 2 * Math.abs(Exact.tanhArgument(x).toDouble()))
                        : 8 * EPS;
                check(exact, y[i], tail * size + 0x1p-1018, "gelu " + form + " relative, of " + x);
            }
        }
    }

    @Test
    void geluBackward() {
        double[] points = activationPoints();
        int n = points.length;
        double[] dy = random.doubles(n, -2, 2).toArray();
        for (Gelu form : Gelu.values()) {
            double[] dx = new double[n];
            kernels.geluBackward(form, Matrix.of(points, 1, n), Matrix.of(dy, 1, n), Matrix.of(dx, 1, n));
            for (int i = 0; i < n; i++) {
                Dfp exact = Exact.geluSlope(form, points[i]).multiply(Exact.of(dy[i]));
                check(exact, dx[i], 5 * EPS * Math.abs(dy[i]), "geluBackward " + form + " of " + points[i]);
            }
        }
    }

    @Test
    void relu() {
        double[] x = {-2, -0.0, 0, 3};
        double[] dy = {5, 6, 7, 8};
        double[] y = new double[4];
        kernels.relu(Matrix.of(x, 1, 4), Matrix.of(y, 1, 4));
        assertEquals("[0.0, 0.0, 0.0, 3.0]", Arrays.toString(y));
        kernels.reluBackward(Matrix.of(x, 1, 4), Matrix.of(dy, 1, 4), Matrix.of(y, 1, 4));
        assertEquals("[0.0, 0.0, 0.0, 8.0]", Arrays.toString(y));
        tested.count(2);
    }

    @Test
    void softmax() {
        for (int n : LENGTHS) {
            for (double spread : new double[] {1, 30}) {
                Operand<double[]> x = operand(2, n, () -> spread * gaussian());
                Operand<double[]> y = unwritten(2, n);
                kernels.softmax(x.view, y.view);
                Operand<double[]> dy = gaussians(2, n);
                Operand<double[]> dx = unwritten(2, n);
                kernels.softmaxBackward(y.view, dy.view, dx.view);
                for (int i = 0; i < 2; i++) {
                    Dfp[] exact = Exact.softmax(row(x, i));
                    double max = Arrays.stream(row(x, i))
                            .mapToDouble(Dfp::toDouble)
                            .max()
                            .orElseThrow();
                    Dfp dot = Exact.dot(row(y, i), row(dy, i));
                    for (int j = 0; j < n; j++) {
                        double unit = EPS * (1 + max - x.get(0, i, j));
                        check(exact[j], y.get(0, i, j), 4 * unit * exact[j].toDouble(), "softmax n=" + n);
                        Dfp gradient = Exact.of(y.get(0, i, j))
                                .multiply(Exact.of(dy.get(0, i, j)).subtract(dot));
                        check(gradient, dx.get(0, i, j), 40 * EPS * y.get(0, i, j), "softmaxBackward n=" + n);
                    }
                }
                y.assertGapsUntouched("softmax");
                dx.assertGapsUntouched("softmaxBackward");
            }
        }
    }

    @Test
    void layerNorm() {
        for (int n : LENGTHS) {
            Operand<double[]> x = operand(3, n, () -> 3 * gaussian() + 1);
            Operand<double[]> gamma = gaussians(1, n);
            Operand<double[]> beta = gaussians(1, n);
            Operand<double[]> y = unwritten(3, n);
            Operand<double[]> mean = unwritten(1, 3);
            Operand<double[]> rstd = unwritten(1, 3);
            kernels.layerNorm(x.view, gamma.view, beta.view, 1e-5, y.view, mean.view, rstd.view);
            for (int i = 0; i < 3; i++) {
                Dfp mu = Exact.mean(row(x, i));
                Dfp r = Exact.reciprocalDeviation(row(x, i), 1e-5);
                double size = Arrays.stream(row(x, i))
                        .mapToDouble(value -> Math.abs(value.toDouble()))
                        .average()
                        .orElseThrow();
                check(mu, mean.get(0, 0, i), 16 * EPS, "mean n=" + n);
                check(r, rstd.get(0, 0, i), 8 * EPS * r.toDouble(), "rstd n=" + n);
                for (int j = 0; j < n; j++) {
                    Dfp normalized = row(x, i)[j].subtract(mu).multiply(r);
                    Dfp exact = row(gamma, 0)[j].multiply(normalized).add(row(beta, 0)[j]);
                    // Where x hardly varies, r is large, and so is the rounding of μ after it.
                    double ofMean = (1 + Math.abs(normalized.toDouble())) * size * r.toDouble();
                    double gauge = Math.abs(beta.get(0, 0, j)) + (6 + ofMean) * Math.abs(gamma.get(0, 0, j));
                    check(exact, y.get(0, i, j), 8 * EPS * gauge, "layerNorm n=" + n);
                }
            }
            layerNormBackward(x, gamma, mean, rstd);
        }
    }

    private void layerNormBackward(
            Operand<double[]> x, Operand<double[]> gamma, Operand<double[]> mean, Operand<double[]> rstd) {
        int n = x.view.cols();
        Operand<double[]> dy = gaussians(3, n);
        Operand<double[]> dx = unwritten(3, n);
        Operand<double[]> dGamma = gaussians(1, n);
        Operand<double[]> dBeta = gaussians(1, n);
        Dfp[] dGammaExact = row(dGamma, 0);
        Dfp[] dBetaExact = row(dBeta, 0);
        kernels.layerNormBackward(x.view, gamma.view, mean.view, rstd.view, dy.view, dx.view, dGamma.view, dBeta.view);
        for (int i = 0; i < 3; i++) {
            Dfp mu = row(mean, 0)[i];
            Dfp r = row(rstd, 0)[i];
            Dfp[] normalized = row(x, i);
            Dfp[] g = row(dy, i);
            for (int j = 0; j < n; j++) {
                normalized[j] = normalized[j].subtract(mu).multiply(r);
                dGammaExact[j] = dGammaExact[j].add(g[j].multiply(normalized[j]));
                dBetaExact[j] = dBetaExact[j].add(g[j]);
                g[j] = g[j].multiply(row(gamma, 0)[j]);
            }
            Dfp meanGX = Exact.dot(g, normalized).divide(n);
            for (int j = 0; j < n; j++) {
                Dfp exact = r.multiply(g[j].subtract(Exact.mean(g)).subtract(normalized[j].multiply(meanGX)));
                check(exact, dx.get(0, i, j), 300 * EPS * (1 + r.toDouble()), "layerNorm dx n=" + n);
            }
        }
        for (int j = 0; j < n; j++) {
            check(dGammaExact[j], dGamma.get(0, 0, j), 50 * EPS, "dGamma n=" + n);
            check(dBetaExact[j], dBeta.get(0, 0, j), 20 * EPS, "dBeta n=" + n);
        }
    }

    @Test
    void bias() {
        Operand<double[]> x = gaussians(4, 5);
        Operand<double[]> sum = gaussians(1, 5);
        Operand<double[]> bias = gaussians(1, 5);
        Dfp[] total = row(sum, 0);
        for (int j = 0; j < 5; j++) {
            total[j] = total[j].multiply(Exact.of(0.7));
            for (int i = 0; i < 4; i++) {
                total[j] = total[j].add(row(x, i)[j]);
            }
        }
        Operand<double[]> before = x.widened();
        kernels.sumRows(x.view, 0.7, sum.view);
        kernels.addBias(x.view, bias.view);
        for (int j = 0; j < 5; j++) {
            check(total[j], sum.get(0, 0, j), 20 * EPS, "sumRows");
            for (int i = 0; i < 4; i++) {
                check(row(before, i)[j].add(row(bias, 0)[j]), x.get(0, i, j), 8 * EPS, "addBias");
            }
        }
    }

    /** Heads of three columns; queries are the last of five keys' positions. */
    @Test
    void attention() {
        AttentionHeads plain = AttentionHeads.scaled(2, 3);
        for (int nQueries : new int[] {1, 3, 5}) {
            attention(plain, nQueries, 0);
            attention(plain.withSoftCap(0.8), nQueries, 0);
            attention(plain.withWindow(2), nQueries, 0);
            attention(plain, nQueries, 1);
            attention(plain.withKeyHeads(1), nQueries, 2);
            attention(
                    AttentionHeads.scaled(4, 3).withKeyHeads(2).withSoftCap(0.8).withWindow(3), nQueries, 4);
        }
    }

    /** With {@code biases} matrices of biases. */
    private void attention(AttentionHeads heads, int nQueries, int biases) {
        Operand<double[]> q = gaussians(nQueries, 3 * heads.nHeads());
        Operand<double[]> k = gaussians(5, 3 * heads.nKeyHeads());
        Operand<double[]> v = gaussians(5, 3 * heads.nKeyHeads());
        Operand<double[]> bias =
                Operand.batch(Precision.F64, Math.max(1, biases), nQueries, 5, () -> biases * gaussian());
        Optional<Matrix<double[]>> given = biases == 0 ? Optional.empty() : Optional.of(bias.view);
        Operand<double[]> out = unwritten(nQueries, 3 * heads.nHeads());
        Operand<double[]> logSumExp = unwritten(heads.nHeads(), nQueries);
        kernels.attention(heads, given, q.view, k.view, v.view, out.view, logSumExp.view);
        Operand<double[]> dOut = gaussians(nQueries, 3 * heads.nHeads());
        Operand<double[]> dq = unwritten(nQueries, 3 * heads.nHeads());
        Operand<double[]> dk = unwritten(5, 3 * heads.nKeyHeads());
        Operand<double[]> dv = unwritten(5, 3 * heads.nKeyHeads());
        kernels.attentionBackward(
                heads, given, q.view, k.view, v.view, out.view, logSumExp.view, dOut.view, dq.view, dk.view, dv.view);
        for (int keyHead = 0; keyHead < heads.nKeyHeads(); keyHead++) {
            List<Exact.Head> group = new ArrayList<>();
            for (int h = keyHead * heads.groupSize(); h < (keyHead + 1) * heads.groupSize(); h++) {
                Exact.Head head = new Exact.Head(
                        heads,
                        matrix(bias, biases > 1 ? h : 0),
                        rows(q, h),
                        rows(k, keyHead),
                        rows(v, keyHead),
                        rows(out, h),
                        rows(dOut, h));
                for (int i = 0; i < nQueries; i++) {
                    check(head.logSumExp(i), logSumExp.get(0, h, i), 20 * EPS, "logSumExp " + heads);
                }
                checkAll(head.mix(), out, h, 30 * EPS, "attention " + heads);
                checkAll(head.dq(), dq, h, 200 * EPS, "dq " + heads);
                group.add(head);
            }
            checkAll(Exact.sum(group.stream().map(Exact.Head::dk)), dk, keyHead, 200 * EPS, "dk " + heads);
            checkAll(Exact.sum(group.stream().map(Exact.Head::dv)), dv, keyHead, 200 * EPS, "dv " + heads);
        }
    }

    private static Dfp[][] matrix(Operand<double[]> m, int b) {
        Dfp[][] rows = new Dfp[m.view.rows()][m.view.cols()];
        for (int i = 0; i < rows.length; i++) {
            int row = i;
            Arrays.setAll(rows[i], j -> Exact.of(m.get(b, row, j)));
        }
        return rows;
    }

    /** The three columns of head {@code h}. */
    private static Dfp[][] rows(Operand<double[]> m, int h) {
        Dfp[][] rows = new Dfp[m.view.rows()][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(row(m, i), 3 * h, 3 * h + 3));
        return rows;
    }

    private void checkAll(Dfp[][] exact, Operand<double[]> m, int h, double bound, String what) {
        for (int i = 0; i < exact.length; i++) {
            for (int d = 0; d < 3; d++) {
                check(exact[i][d], m.get(0, i, 3 * h + d), bound, what + " head " + h + " [" + i + ", " + d + "]");
            }
        }
    }

    @Test
    void adamW() {
        for (double epsilon : new double[] {1e-8, 1e3}) {
            AdamW settings = new AdamW(0.01, 0.9, 0.999, epsilon, 0.1);
            for (int step : new int[] {1, 2, 1000}) {
                Operand<double[]> p = gaussians(2, 5);
                Operand<double[]> g = gaussians(2, 5);
                Operand<double[]> m = gaussians(2, 5);
                Operand<double[]> v = operand(2, 5, random::nextDouble);
                Operand<double[]> pBefore = p.widened();
                Operand<double[]> mBefore = m.widened();
                Operand<double[]> vBefore = v.widened();
                kernels.adamW(settings, step, p.view, g.view, m.view, v.view);
                for (int i = 0; i < 2; i++) {
                    for (int j = 0; j < 5; j++) {
                        Exact.AdamStep exact = Exact.adamW(
                                settings,
                                step,
                                pBefore.get(0, i, j),
                                g.get(0, i, j),
                                mBefore.get(0, i, j),
                                vBefore.get(0, i, j));
                        String what = "adamW step " + step + " epsilon " + epsilon;
                        check(exact.m(), m.get(0, i, j), 10 * EPS, what + " m");
                        check(exact.v(), v.get(0, i, j), 10 * EPS, what + " v");
                        // 1 − 0.999ᵗ loses three digits at step 1, and the move is as large as η·m̂/√v̂.
                        double move = pBefore.get(0, i, j) - p.get(0, i, j);
                        check(exact.p(), p.get(0, i, j), 2000 * EPS * Math.abs(move) + 4 * EPS, what + " p");
                    }
                }
            }
        }
    }
}

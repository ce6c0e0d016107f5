package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.hipparchus.dfp.Dfp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The specification of RMSNorm, losses and reductions in f64 against {@link Exact decimal numbers of 60 digits}. */
@ExtendWith(CaseReport.class)
class LossSpecificationTest {
    private static final double EPS = 0x1p-52;
    private static final int[] LENGTHS = {1, 2, 3, 7, 16, 33};

    private final Tested<double[]> tested = new Tested<>("scalar", Precision.F64);
    private final Kernels<double[]> kernels = Reference.KERNELS;
    private final RandomGenerator random = TestSeed.random("loss specification");

    private Matrix<double[]> row(int n, double spread) {
        double[] values = new double[n];
        Arrays.setAll(values, i -> spread * random.nextGaussian());
        return Matrix.of(values, 1, n);
    }

    private static Dfp[] exact(Matrix<double[]> row) {
        return Arrays.stream(row.array()).mapToObj(Exact::of).toArray(Dfp[]::new);
    }

    private void check(Dfp exact, double actual, double bound, String what) {
        double error = Exact.distance(exact, actual);
        assertTrue(
                error <= bound,
                what + " is " + actual + ", exact " + exact.toDouble() + ", error " + error + ", allowed " + bound
                        + ", " + TestSeed.hint());
        tested.count(1);
    }

    @Test
    void rmsNorm() {
        for (int n : LENGTHS) {
            Matrix<double[]> x = row(n, 3);
            Matrix<double[]> gamma = row(n, 1);
            Matrix<double[]> y = row(n, 1);
            Matrix<double[]> rstd = row(1, 1);
            kernels.rmsNorm(x, gamma, 1e-5, y, rstd);
            Dfp[] xs = exact(x);
            Dfp[] gammas = exact(gamma);
            Dfp r = Exact.dot(xs, xs).divide(n).add(Exact.of(1e-5)).sqrt().reciprocal();
            check(r, rstd.array()[0], 8 * EPS * r.toDouble(), "rstd n=" + n);
            for (int j = 0; j < n; j++) {
                Dfp exact = gammas[j].multiply(xs[j]).multiply(r);
                check(exact, y.array()[j], 10 * EPS * Math.abs(exact.toDouble()), "rmsNorm n=" + n);
            }
            rmsNormBackward(x, gamma, rstd);
        }
    }

    private void rmsNormBackward(Matrix<double[]> x, Matrix<double[]> gamma, Matrix<double[]> rstd) {
        int n = x.cols();
        Matrix<double[]> dy = row(n, 1);
        Matrix<double[]> dx = row(n, 1);
        Matrix<double[]> dGamma = row(n, 1);
        Dfp[] dGammaBefore = exact(dGamma);
        kernels.rmsNormBackward(x, gamma, rstd, dy, dx, dGamma);
        Dfp r = Exact.of(rstd.array()[0]);
        Dfp[] normalized = Arrays.stream(exact(x)).map(r::multiply).toArray(Dfp[]::new);
        Dfp[] g = exact(dy);
        Arrays.setAll(g, j -> g[j].multiply(Exact.of(gamma.array()[j])));
        Dfp mean = Exact.dot(g, normalized).divide(n);
        for (int j = 0; j < n; j++) {
            Dfp exact = r.multiply(g[j].subtract(normalized[j].multiply(mean)));
            check(exact, dx.array()[j], 100 * EPS * (1 + r.toDouble()), "rmsNorm dx n=" + n);
            Dfp sum = dGammaBefore[j].add(Exact.of(dy.array()[j]).multiply(normalized[j]));
            check(sum, dGamma.array()[j], 20 * EPS, "rmsNorm dGamma n=" + n);
        }
    }

    @Test
    void crossEntropy() {
        for (int n : LENGTHS) {
            for (double spread : new double[] {1, 30}) {
                int target = random.nextInt(n);
                Matrix<double[]> logits = row(n, spread);
                Matrix<double[]> loss = row(1, 1);
                Matrix<double[]> logSumExp = row(1, 1);
                kernels.crossEntropy(logits, Targets.of(target), loss, logSumExp);
                Dfp sum = Arrays.stream(exact(logits)).map(Dfp::exp).reduce(Exact.of(0), Dfp::add);
                double unit = EPS * (4 + n + 100);
                check(sum.log(), logSumExp.array()[0], unit, "logSumExp n=" + n);
                check(sum.log().subtract(exact(logits)[target]), loss.array()[0], unit, "loss n=" + n);
                Matrix<double[]> weight = row(1, 1);
                Matrix<double[]> dLogits = row(n, 1);
                kernels.crossEntropyBackward(logits, Targets.of(target), logSumExp, weight, dLogits);
                for (int j = 0; j < n; j++) {
                    Dfp p = exact(logits)[j].subtract(exact(logSumExp)[0]).exp();
                    Dfp slope = exact(weight)[0].multiply(j == target ? p.subtract(1) : p);
                    check(slope, dLogits.array()[j], 4 * EPS * Math.abs(weight.array()[0]), "dLogits n=" + n);
                }
            }
        }
    }

    @Test
    void reductions() {
        for (int n : LENGTHS) {
            Matrix<double[]> x = row(n, 1);
            Matrix<double[]> z = row(n, 1);
            Dfp[] ones = new Dfp[n];
            Arrays.fill(ones, Exact.of(1));
            check(Exact.dot(exact(x), ones), kernels.sum(x), 4 * n * EPS, "sum n=" + n);
            check(Exact.dot(exact(x), exact(x)), kernels.sumOfSquares(x), 16 * n * EPS, "sumOfSquares n=" + n);
            check(Exact.dot(exact(x), exact(z)), kernels.dot(x, z), 16 * n * EPS, "dot n=" + n);
            assertEquals(Arrays.stream(x.array()).max().orElseThrow(), kernels.max(x), "max n=" + n);
        }
    }
}

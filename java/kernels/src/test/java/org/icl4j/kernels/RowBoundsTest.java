package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;

import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bounds that {@link RowKernels} documents for norms and gradients, on rows of many sizes, near 0 and far from it. */
@ExtendWith(CaseReport.class)
class RowBoundsTest {
    private static final int ROWS = 7;
    private static final double EPS = 1e-5;

    private final RandomGenerator random = TestSeed.random("row bounds");

    /** One of the checks below. */
    private interface Check<A> {
        void of(Kernels<A> kernels, Data<A> data, String what);
    }

    /** Operands: x of one size and shift, the others of magnitudes e⁻⁴ … e⁴. */
    private final class Data<A> {
        final int n;
        final double halfEps;
        final Operand<A> x;
        final Operand<A> gamma;
        final Operand<A> beta;
        final Operand<A> dy;
        final Operand<A> out;
        final Operand<A> mean;
        final Operand<A> rstd;
        final Operand<A> dGamma;
        final Operand<A> dBeta;

        Data(Precision<A> precision, int n, double size, double shift) {
            DoubleSupplier wild = () -> random.nextGaussian() * Math.exp(random.nextDouble(-4, 4));
            this.n = n;
            halfEps = precision.epsilon() / 2;
            x = Operand.matrix(precision, ROWS, n, () -> size * (random.nextGaussian() + shift));
            gamma = Operand.matrix(precision, 1, n, wild);
            beta = Operand.matrix(precision, 1, n, wild);
            dy = Operand.matrix(precision, ROWS, n, wild);
            out = Operand.matrix(precision, ROWS, n, () -> Double.NaN);
            mean = Operand.matrix(precision, 1, ROWS, () -> 0);
            rstd = Operand.matrix(precision, 1, ROWS, () -> 0);
            dGamma = Operand.matrix(precision, 1, n, wild);
            dBeta = Operand.matrix(precision, 1, n, wild);
        }

        /** Mean |x| of row i. */
        double size(int i) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += Math.abs(x.get(0, i, j)) / n;
            }
            return sum;
        }

        /** |x̂| by the statistics as they stand in the operands; μ = 0 for the RMS norm. */
        double normalised(int i, int j) {
            return Math.abs((x.get(0, i, j) - mean.get(0, 0, i)) * rstd.get(0, 0, i));
        }

        /** Σᵢ |dy|·{@code factor}. */
        double gaugeOfColumn(int j, boolean times) {
            double sum = 0;
            for (int i = 0; i < ROWS; i++) {
                sum += Math.abs(dy.get(0, i, j)) * (times ? normalised(i, j) : 1);
            }
            return sum;
        }

        /** r·(|g| + {@code centred}·mean |g| + |x̂|·mean |g∘x̂|) with g = γ∘dy. */
        Operand<double[]> gaugeOfDx(int centred) {
            Operand<double[]> gauge = Operand.matrix(Precision.F64, ROWS, n, () -> 0);
            for (int i = 0; i < ROWS; i++) {
                double plain = 0;
                double along = 0;
                for (int j = 0; j < n; j++) {
                    plain += g(i, j) / n;
                    along += g(i, j) * normalised(i, j) / n;
                }
                for (int j = 0; j < n; j++) {
                    double terms = g(i, j) + centred * plain + normalised(i, j) * along;
                    gauge.set(0, i, j, rstd.get(0, 0, i) * terms);
                }
            }
            return gauge;
        }

        private double g(int i, int j) {
            return Math.abs(gamma.get(0, 0, j) * dy.get(0, i, j));
        }
    }

    private <A> void everywhere(Tested<A> tested, Check<A> check) {
        try (Kernels<A> kernels = tested.open()) {
            for (int n : new int[] {1, 2, 17, 64, 300, 1000}) {
                for (double size : new double[] {1e-3, 1, 1e3}) {
                    for (double shift : new double[] {0, 1, 100}) {
                        String what = tested + " n=" + n + " size=" + size + " shift=" + shift;
                        check.of(kernels, new Data<>(tested.precision(), n, size, shift), what);
                        tested.count(1);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void layerNorm(Tested<A> tested) {
        everywhere(tested, this::checkLayerNorm);
    }

    private <A> void checkLayerNorm(Kernels<A> kernels, Data<A> d, String what) {
        Operand<double[]> y = d.out.widened();
        Operand<double[]> mean = d.mean.widened();
        Operand<double[]> rstd = d.rstd.widened();
        Reference.KERNELS.layerNorm(
                d.x.widened().view, d.gamma.widened().view, d.beta.widened().view, EPS, y.view, mean.view, rstd.view);
        kernels.layerNorm(d.x.view, d.gamma.view, d.beta.view, EPS, d.out.view, d.mean.view, d.rstd.view);
        double unit = (d.n + 8) * d.halfEps;
        assertClose(mean, d.mean, (b, i, row) -> unit * d.size(row), what + " mean");
        assertClose(
                rstd,
                d.rstd,
                (b, i, row) -> unit * rstd.get(0, 0, row) * (1 + d.size(row) * rstd.get(0, 0, row)),
                what + " rstd");
        assertClose(
                y,
                d.out,
                (b, i, j) -> {
                    double r = rstd.get(0, 0, i);
                    double centred = Math.abs(d.x.get(0, i, j) - mean.get(0, 0, i)) * r;
                    double factor = (1 + centred) * d.size(i) * r + centred;
                    return unit * (Math.abs(d.gamma.get(0, 0, j)) * factor + Math.abs(d.beta.get(0, 0, j)));
                },
                what + " y");
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void layerNormBackward(Tested<A> tested) {
        everywhere(tested, this::checkLayerNormBackward);
    }

    private <A> void checkLayerNormBackward(Kernels<A> kernels, Data<A> d, String what) {
        kernels.layerNorm(d.x.view, d.gamma.view, d.beta.view, EPS, d.out.view, d.mean.view, d.rstd.view);
        Operand<double[]> dx = d.out.widened();
        Operand<double[]> dGamma = d.dGamma.widened();
        Operand<double[]> dBeta = d.dBeta.widened();
        Operand<double[]> dGammaBefore = d.dGamma.widened();
        Operand<double[]> dBetaBefore = d.dBeta.widened();
        Reference.KERNELS.layerNormBackward(
                d.x.widened().view,
                d.gamma.widened().view,
                d.mean.widened().view,
                d.rstd.widened().view,
                d.dy.widened().view,
                dx.view,
                dGamma.view,
                dBeta.view);
        kernels.layerNormBackward(
                d.x.view, d.gamma.view, d.mean.view, d.rstd.view, d.dy.view, d.out.view, d.dGamma.view, d.dBeta.view);
        checkGradients(d, dx, d.gaugeOfDx(1), dGamma, dGammaBefore, what);
        double unit = (ROWS + 8) * d.halfEps;
        assertClose(
                dBeta,
                d.dBeta,
                (b, i, j) -> unit * (Math.abs(dBetaBefore.get(0, 0, j)) + d.gaugeOfColumn(j, false)),
                what + " dBeta");
    }

    private <A> void checkGradients(
            Data<A> d,
            Operand<double[]> dx,
            Operand<double[]> gauge,
            Operand<double[]> dGamma,
            Operand<double[]> dGammaBefore,
            String what) {
        assertClose(dx, d.out, (b, i, j) -> (d.n + 10) * d.halfEps * gauge.get(0, i, j), what + " dx");
        double unit = (ROWS + 8) * d.halfEps;
        assertClose(
                dGamma,
                d.dGamma,
                (b, i, j) -> unit * (Math.abs(dGammaBefore.get(0, 0, j)) + d.gaugeOfColumn(j, true)),
                what + " dGamma");
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void rmsNorm(Tested<A> tested) {
        everywhere(tested, this::checkRmsNorm);
    }

    private <A> void checkRmsNorm(Kernels<A> kernels, Data<A> d, String what) {
        Operand<double[]> y = d.out.widened();
        Operand<double[]> rstd = d.rstd.widened();
        Reference.KERNELS.rmsNorm(d.x.widened().view, d.gamma.widened().view, EPS, y.view, rstd.view);
        kernels.rmsNorm(d.x.view, d.gamma.view, EPS, d.out.view, d.rstd.view);
        double unit = (d.n + 8) * d.halfEps;
        assertClose(rstd, d.rstd, (b, i, row) -> unit * rstd.get(0, 0, row), what + " rstd");
        assertClose(y, d.out, (b, i, j) -> unit * Math.abs(y.get(0, i, j)), what + " y");
        Operand<double[]> dx = d.out.widened();
        Operand<double[]> dGamma = d.dGamma.widened();
        Operand<double[]> dGammaBefore = d.dGamma.widened();
        Reference.KERNELS.rmsNormBackward(
                d.x.widened().view,
                d.gamma.widened().view,
                d.rstd.widened().view,
                d.dy.widened().view,
                dx.view,
                dGamma.view);
        kernels.rmsNormBackward(d.x.view, d.gamma.view, d.rstd.view, d.dy.view, d.out.view, d.dGamma.view);
        checkGradients(d, dx, d.gaugeOfDx(0), dGamma, dGammaBefore, what);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void softmaxBackward(Tested<A> tested) {
        everywhere(tested, this::checkSoftmaxBackward);
    }

    private <A> void checkSoftmaxBackward(Kernels<A> kernels, Data<A> d, String what) {
        kernels.softmax(d.x.view, d.x.view);
        Operand<double[]> dx = d.out.widened();
        Reference.KERNELS.softmaxBackward(d.x.widened().view, d.dy.widened().view, dx.view);
        kernels.softmaxBackward(d.x.view, d.dy.view, d.out.view);
        double[] sums = new double[ROWS];
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < d.n; j++) {
                sums[i] += Math.abs(d.x.get(0, i, j) * d.dy.get(0, i, j));
            }
        }
        assertClose(
                dx,
                d.out,
                (b, i, j) -> {
                    double gauge = d.x.get(0, i, j) * (Math.abs(d.dy.get(0, i, j)) + sums[i]);
                    return (d.n + 6) * d.halfEps * gauge + 1e-40;
                },
                what + " dx");
    }
}

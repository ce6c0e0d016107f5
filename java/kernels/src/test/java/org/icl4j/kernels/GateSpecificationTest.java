package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.random.RandomGenerator;
import org.hipparchus.dfp.Dfp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The specification of {@link GateKernels} in f64 against {@link Exact decimal numbers of 60 digits}. */
@ExtendWith(CaseReport.class)
class GateSpecificationTest {
    private static final double EPS = 0x1p-52;
    private static final int N = 300;

    private final Tested<double[]> tested = new Tested<>("scalar", Precision.F64);
    private final Kernels<double[]> kernels = Reference.KERNELS;
    private final RandomGenerator random = TestSeed.random("gate specification");

    private final Matrix<double[]> x = values();
    private final Matrix<double[]> g = values();
    private final Matrix<double[]> dy = values();
    private final Matrix<double[]> y = Matrix.of(new double[N], 1, N);
    private final Matrix<double[]> z = Matrix.of(new double[N], 1, N);

    private static Matrix<double[]> values() {
        return Matrix.of(new double[N], 1, N);
    }

    @BeforeEach
    void fill() {
        for (int i = 0; i < N; i++) {
            x.array()[i] = point(i);
            g.array()[i] = point(i + 1);
            dy.array()[i] = random.nextDouble(-2, 2);
        }
    }

    private double point(int i) {
        return switch (i % 3) {
            case 0 -> random.nextDouble(-9, 9);
            case 1 -> random.nextDouble(-36, 36);
            default -> Math.scalb(random.nextDouble(-2, 2), -random.nextInt(60));
        };
    }

    private static Dfp logistic(Dfp x) {
        return x.negate().exp().add(1).reciprocal();
    }

    private static Dfp silu(Dfp x) {
        return x.multiply(logistic(x));
    }

    /** s + x·s·(1 − s). */
    private static Dfp siluSlope(Dfp x) {
        Dfp s = logistic(x);
        return s.add(x.multiply(s).multiply(s.negate().add(1)));
    }

    private static Dfp activation(Gate form, double g) {
        return switch (form) {
            case SWIGLU -> silu(Exact.of(g));
            case GEGLU_EXACT -> Exact.gelu(Gelu.EXACT, g);
            case GEGLU_TANH -> Exact.gelu(Gelu.TANH, g);
        };
    }

    private static Dfp slope(Gate form, double g) {
        return switch (form) {
            case SWIGLU -> siluSlope(Exact.of(g));
            case GEGLU_EXACT -> Exact.geluSlope(Gelu.EXACT, g);
            case GEGLU_TANH -> Exact.geluSlope(Gelu.TANH, g);
        };
    }

    private void check(Dfp exact, double actual, double bound, String what) {
        double error = Exact.distance(exact, actual);
        assertTrue(
                error <= bound,
                what + " is " + actual + ", exact " + exact.toDouble() + ", error " + error + ", allowed " + bound
                        + ", " + TestSeed.hint());
        tested.count(1);
    }

    private void check(Dfp exact, double actual, String what) {
        check(exact, actual, 2 * EPS * Math.abs(exact.toDouble()), what);
    }

    @Test
    void exponential() {
        kernels.exp(x, y);
        for (int i = 0; i < N; i++) {
            check(Exact.of(x.array()[i]).exp(), y.array()[i], "exp of " + x.array()[i]);
        }
    }

    @Test
    void tanh() {
        kernels.tanh(x, y);
        kernels.tanhBackward(y, dy, z);
        for (int i = 0; i < N; i++) {
            Dfp e = Exact.of(x.array()[i]).multiply(2).exp();
            check(e.subtract(1).divide(e.add(1)), y.array()[i], "tanh of " + x.array()[i]);
            Dfp t = Exact.of(y.array()[i]);
            check(
                    t.multiply(t).negate().add(1).multiply(Exact.of(dy.array()[i])),
                    z.array()[i],
                    "tanhBackward of " + y.array()[i]);
        }
    }

    @Test
    void sigmoid() {
        kernels.sigmoid(x, y);
        kernels.sigmoidBackward(y, dy, z);
        for (int i = 0; i < N; i++) {
            check(logistic(Exact.of(x.array()[i])), y.array()[i], "sigmoid of " + x.array()[i]);
            Dfp s = Exact.of(y.array()[i]);
            check(
                    s.multiply(s.negate().add(1)).multiply(Exact.of(dy.array()[i])),
                    z.array()[i],
                    "sigmoidBackward of " + y.array()[i]);
        }
    }

    @Test
    void silu() {
        kernels.silu(x, y);
        kernels.siluBackward(x, dy, z);
        for (int i = 0; i < N; i++) {
            Dfp at = Exact.of(x.array()[i]);
            check(silu(at), y.array()[i], "silu of " + at);
            check(
                    siluSlope(at).multiply(Exact.of(dy.array()[i])),
                    z.array()[i],
                    5 * EPS * Math.abs(dy.array()[i]),
                    "siluBackward of " + at);
        }
    }

    @Test
    void softplus() {
        kernels.softplus(x, y);
        kernels.softplusBackward(x, dy, z);
        for (int i = 0; i < N; i++) {
            Dfp at = Exact.of(x.array()[i]);
            Dfp exact = at.exp().add(1).log();
            check(exact, y.array()[i], 3 * EPS * exact.toDouble(), "softplus of " + at);
            Dfp slope = logistic(at).multiply(Exact.of(dy.array()[i]));
            check(slope, z.array()[i], 3 * EPS * Math.abs(slope.toDouble()), "softplusBackward of " + at);
        }
    }

    @Test
    void gate() {
        Matrix<double[]> dg = values();
        for (Gate form : Gate.values()) {
            kernels.gate(form, x, g, y);
            kernels.gateBackward(form, x, g, dy, z, dg);
            for (int i = 0; i < N; i++) {
                double at = g.array()[i];
                String what = form + " of " + x.array()[i] + " with " + at;
                Dfp a = activation(form, at);
                double gauge = Math.max(Math.abs(a.toDouble()), Math.abs(at) / 2);
                Dfp factor = Exact.of(x.array()[i]);
                Dfp d = Exact.of(dy.array()[i]);
                check(a.multiply(factor), y.array()[i], 4 * EPS * gauge * Math.abs(x.array()[i]), what);
                check(a.multiply(d), z.array()[i], 4 * EPS * gauge * Math.abs(dy.array()[i]), what + " dx");
                check(
                        slope(form, at).multiply(factor).multiply(d),
                        dg.array()[i],
                        7 * EPS * Math.abs(x.array()[i] * dy.array()[i]),
                        what + " dg");
            }
        }
    }

    @Test
    void add() {
        kernels.add(x, g, y);
        for (int i = 0; i < N; i++) {
            check(Exact.of(x.array()[i]).add(Exact.of(g.array()[i])), y.array()[i], "add");
        }
    }
}

package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The products against the definition in double, in the manner of the netlib BLAS testers. */
@ExtendWith(CaseReport.class)
class ProductKernelsTest {
    private static final int[] SIZES = {0, 1, 2, 3, 7, 31, 63, 64, 65};
    private static final double[] ALPHAS = {0, 1, 0.7};
    private static final double[] BETAS = {0, 1, 1.3};

    /** In units of ε·(|α|·|A|·|B| + |β|·|C|); the reference suite allows 16. */
    private static final double BOUND = 4;

    private final RandomGenerator random = TestSeed.random("products");

    /** All 26,244 cases. */
    @Tag("extended")
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void netlibGrid(Tested<A> tested) {
        grid(tested, 1);
    }

    /** Every pair of sizes of two dimensions, in every form, and some of the other cases by chance. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void netlibGridInPart(Tested<A> tested) {
        grid(tested, 0.04);
    }

    private <A> void grid(Tested<A> tested, double share) {
        try (Kernels<A> kernels = tested.open()) {
            double worst = 0;
            for (int i = 0; i < SIZES.length; i++) {
                for (int j = 0; j < SIZES.length; j++) {
                    for (int l = 0; l < SIZES.length; l++) {
                        if ((i + j + l) % SIZES.length == 0 || random.nextDouble() < share) {
                            worst = Math.max(worst, everyForm(tested, kernels, SIZES[i], SIZES[j], SIZES[l]));
                        }
                    }
                }
            }
            System.out.printf("gemm %s: worst error %.2f units%n", tested, worst);
        }
    }

    private <A> double everyForm(Tested<A> tested, Kernels<A> kernels, int m, int n, int k) {
        double worst = 0;
        for (int form = 0; form < 4; form++) {
            for (double alpha : ALPHAS) {
                for (double beta : BETAS) {
                    worst = Math.max(worst, check(tested, kernels, 1, m, n, k, form, alpha, beta));
                }
            }
        }
        return worst;
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void shapesOfModels(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            int[][] shapes = {{1, 300, 600}, {130, 1, 700}, {600, 5, 3}, {13, 1100, 65}, {110, 70, 257}, {3, 3, 1025}};
            for (int[] s : shapes) {
                everyForm(tested, kernels, s[0], s[1], s[2]);
            }
        }
    }

    /** Terms of one sign, whose roundings may all have one sign too: the bound for any data. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void termsOfOneSign(Tested<A> tested) {
        int[][] shapes = {{64, 64, 64}, {64, 64, 257}, {16, 16, 1024}, {16, 16, 1025}, {5, 7, 4096}};
        DoubleSupplier tenth = () -> 0.1;
        DoubleSupplier one = () -> 1;
        double worst = 0;
        try (Kernels<A> kernels = tested.open()) {
            for (int[] s : shapes) {
                double bound = boundForAnyData(tested, s[2]);
                for (double alpha : new double[] {1, 0.7}) {
                    for (double beta : new double[] {0, 1.3}) {
                        Case<A> constant = new Case<>(tested, 1, s[0], s[1], s[2], 0, alpha, beta);
                        worst = Math.max(worst, constant.check(kernels, tenth, one, bound) / bound);
                        Case<A> positive = new Case<>(tested, 1, s[0], s[1], s[2], 0, alpha, beta);
                        DoubleSupplier uniform = random::nextDouble;
                        worst = Math.max(worst, positive.check(kernels, uniform, uniform, bound) / bound);
                    }
                }
            }
        }
        System.out.printf("gemm %s: worst error of terms of one sign %.2f of the bound%n", tested, worst);
    }

    /** As documented at {@link ProductKernels#gemm}, in units of ε instead of u = ε/2. */
    private static double boundForAnyData(Tested<?> tested, int k) {
        return switch (tested.toString()) {
            case "vector.f32" -> k <= 1024 ? (k + 3) / 2.0 : (512 + Math.ceilDiv(k, 512) + 2) / 2.0;
            case "scalar.f32" -> 1;
            default -> (k + 3) / 2.0;
        };
    }

    /** α and β are what the storage type makes of them, and must not become infinite by it. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void factorsBeyondTheStorageType(Tested<A> tested) {
        boolean f32 = tested.precision().bytes() == Float.BYTES;
        try (Kernels<A> kernels = tested.open()) {
            for (int k : new int[] {0, 1, 300}) {
                Operand<A> a = Operand.matrix(tested.precision(), 5, k, () -> 1);
                Operand<A> b = Operand.matrix(tested.precision(), k, 5, () -> 1);
                Operand<A> c = Operand.matrix(tested.precision(), 5, 5, () -> Double.NaN);
                kernels.gemm(1, a.view, b.view, 1e-50, c.view);
                assertEquals(f32 ? k : Double.NaN, c.get(0, 3, 3), tested + " beta=1e-50, k=" + k);
                Operand<A> sum = Operand.matrix(tested.precision(), 1, 5, () -> Double.NaN);
                kernels.sumRows(b.view, 1e-50, sum.view);
                assertEquals(f32 ? k : Double.NaN, sum.get(0, 0, 3), tested + " sumRows beta=1e-50, k=" + k);
                if (f32) {
                    for (double beyond : new double[] {1e39, -1e39}) {
                        assertThrows(
                                IllegalArgumentException.class, () -> kernels.gemm(beyond, a.view, b.view, 0, c.view));
                        assertThrows(
                                IllegalArgumentException.class, () -> kernels.gemm(1, a.view, b.view, beyond, c.view));
                        assertThrows(IllegalArgumentException.class, () -> kernels.sumRows(b.view, beyond, sum.view));
                    }
                }
                tested.count(2);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void randomBatches(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int i = 0; i < 300; i++) {
                check(
                        tested,
                        kernels,
                        random.nextInt(0, 6),
                        random.nextInt(0, 70),
                        random.nextInt(0, 70),
                        random.nextInt(0, 70),
                        random.nextInt(4),
                        random.nextGaussian(),
                        random.nextBoolean() ? 0 : random.nextGaussian());
            }
        }
    }

    /** Bit 0 of {@code form}: A transposed; bit 1: B transposed. Returns the worst error in units. */
    private <A> double check(
            Tested<A> tested, Kernels<A> kernels, int count, int m, int n, int k, int form, double alpha, double beta) {
        return new Case<>(tested, count, m, n, k, form, alpha, beta).check(kernels, this::value, this::value, BOUND);
    }

    /** One product; where β = 0, C is NaN. */
    private final class Case<A> {
        private final Tested<A> tested;
        private final int count;
        private final int m;
        private final int n;
        private final int k;
        private final int form;
        private final double alpha;
        private final double beta;

        Case(Tested<A> tested, int count, int m, int n, int k, int form, double alpha, double beta) {
            this.tested = tested;
            this.count = count;
            this.m = m;
            this.n = n;
            this.k = k;
            this.form = form;
            this.alpha = tested.precision().round(alpha);
            this.beta = tested.precision().round(beta);
        }

        double check(Kernels<A> kernels, DoubleSupplier inA, DoubleSupplier inB, double bound) {
            Operand<A> a = operand(random.nextInt(4) == 0 ? 1 : count, m, k, (form & 1) != 0, inA);
            Operand<A> b = operand(random.nextInt(4) == 0 ? 1 : count, k, n, (form & 2) != 0, inB);
            DoubleSupplier inC = beta == 0 ? () -> Double.NaN : inA;
            Operand<A> c = operand(count, m, n, random.nextInt(8) == 0, inC);
            Operand<double[]> start = c.widened();
            kernels.gemm(alpha, a.view, b.view, beta, c.view);
            tested.count(1);
            String what = tested + " gemm count=" + count + " m=" + m + " n=" + n + " k=" + k + " form=" + form
                    + " alpha=" + alpha + " beta=" + beta + ", " + TestSeed.hint();
            a.assertUnchanged(what + ": A");
            b.assertUnchanged(what + ": B");
            c.assertGapsUntouched(what + ": C");
            double worst = 0;
            for (int i = 0; i < count; i++) {
                double error = worstError(
                        a, b, start, c, i, alpha, beta, tested.precision().epsilon());
                worst = Math.max(worst, error);
            }
            assertTrue(worst <= bound, what + ": error " + worst + " units, allowed " + bound);
            return worst;
        }

        private Operand<A> operand(int matrices, int rows, int cols, boolean transposed, DoubleSupplier values) {
            return transposed
                    ? Operand.transposed(tested.precision(), matrices, rows, cols, values)
                    : Operand.batch(tested.precision(), matrices, rows, cols, values);
        }
    }

    private double value() {
        return random.nextDouble() - 0.5;
    }

    private static <A> double worstError(
            Operand<A> a,
            Operand<A> b,
            Operand<double[]> start,
            Operand<A> c,
            int batch,
            double alpha,
            double beta,
            double epsilon) {
        double[][] rows = rows(a, batch);
        double[][] columns = columns(b, batch);
        double worst = 0;
        for (int i = 0; i < c.view.rows(); i++) {
            for (int j = 0; j < c.view.cols(); j++) {
                double before = beta == 0 ? 0 : start.get(batch, i, j);
                ExactSum sum = new ExactSum();
                double absolutes = sum.addProducts(rows[i], columns[j]);
                double gauge = Math.abs(beta * before) + Math.abs(alpha) * absolutes;
                ExactSum error = new ExactSum();
                error.addProduct(alpha, sum.high);
                error.addProduct(alpha, sum.low);
                error.addProduct(beta, before);
                error.addProduct(-1, c.get(batch, i, j));
                double size = Math.abs(error.high + error.low);
                worst = Math.max(worst, size == 0 ? 0 : size / (epsilon * gauge));
            }
        }
        return worst;
    }

    private static double[][] rows(Operand<?> m, int batch) {
        int at = m.view.count() == 1 ? 0 : batch;
        double[][] rows = new double[m.view.rows()][m.view.cols()];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                rows[i][j] = m.get(at, i, j);
            }
        }
        return rows;
    }

    private static double[][] columns(Operand<?> m, int batch) {
        int at = m.view.count() == 1 ? 0 : batch;
        double[][] columns = new double[m.view.cols()][m.view.rows()];
        for (int j = 0; j < columns.length; j++) {
            for (int i = 0; i < columns[j].length; i++) {
                columns[j][i] = m.get(at, i, j);
            }
        }
        return columns;
    }

    /** A sum of products to about twice the digits of a double (Ogita, Rump and Oishi 2005, algorithm Dot2). */
    private static final class ExactSum {
        double high;
        double low;

        /** Adds Σ x·y; returns Σ |x·y|. */
        double addProducts(double[] x, double[] y) {
            double absolutes = 0;
            for (int i = 0; i < x.length; i++) {
                addProduct(x[i], y[i]);
                absolutes += Math.abs(x[i] * y[i]);
            }
            return absolutes;
        }

        void addProduct(double x, double y) {
            double product = x * y;
            double productError = Math.fma(x, y, -product);
            double sum = high + product;
            double part = sum - high;
            low += (high - (sum - part)) + (product - part) + productError;
            high = sum;
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void integersAreExact(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        try (Kernels<A> kernels = tested.open()) {
            Operand<A> a = Operand.matrix(precision, 2, 3, counter(1));
            Operand<A> b = Operand.matrix(precision, 3, 2, counter(10));
            Operand<A> c = Operand.matrix(precision, 2, 2, counter(100));
            kernels.gemm(2, a.view, b.view, 3, c.view);
            // [[1 2 3] [4 5 6]]·[[10 11] [12 13] [14 15]] = [[76 82] [184 199]]
            Operand<A> again = Operand.matrix(precision, 2, 2, counter(0));
            kernels.gemm(1, a.view, kernels.pack(b.view), 0, again.view);
            assertEquals(184, again.get(0, 1, 0));
            assertEquals(199, again.get(0, 1, 1));
            assertEquals(2 * 76 + 3 * 100, c.get(0, 0, 0));
            assertEquals(2 * 82 + 3 * 101, c.get(0, 0, 1));
            assertEquals(2 * 184 + 3 * 102, c.get(0, 1, 0));
            assertEquals(2 * 199 + 3 * 103, c.get(0, 1, 1));
            tested.count(1);
        }
    }

    private static DoubleSupplier counter(int first) {
        int[] next = {first};
        return () -> next[0]++;
    }

    /** α = 0 reads neither A nor B, β = 0 does not read C, and a NaN that is read stays. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyProvider")
    <A> void specialValues(Tested<A> tested) {
        Precision<A> precision = tested.precision();
        try (Kernels<A> kernels = tested.open()) {
            for (int at = 0; at < 40; at++) {
                Operand<A> a = Operand.matrix(precision, 41, 41, this::value);
                Operand<A> b = Operand.matrix(precision, 41, 41, this::value);
                Operand<A> c = Operand.matrix(precision, 41, 41, () -> 1);
                a.set(0, at, 3, Double.NaN);
                c.set(0, 2, at, Double.NaN);
                kernels.gemm(0, a.view, b.view, 0, c.view);
                assertEquals(0, sumOfAbsolutes(c), tested + ": alpha = beta = 0");
                kernels.gemm(1, a.view, b.view, 0, c.view);
                for (int i = 0; i < 41; i++) {
                    assertEquals(i == at, Double.isNaN(c.get(0, i, 40 - at)), tested + ": NaN in row " + at);
                }
                tested.count(2);
            }
        }
    }

    private static <A> double sumOfAbsolutes(Operand<A> m) {
        double sum = 0;
        for (int i = 0; i < m.view.rows(); i++) {
            for (int j = 0; j < m.view.cols(); j++) {
                sum += Math.abs(m.get(0, i, j));
            }
        }
        return sum;
    }

    /** The oracle above must itself be able to fail. */
    @Test
    void oracleSeesAnErrorOfOneUnit() {
        Operand<float[]> one = Operand.matrix(Precision.F32, 1, 1, () -> 1);
        Operand<float[]> wrong = Operand.matrix(Precision.F32, 1, 1, () -> 1 + 5 * 0x1p-23);
        double error = worstError(one, one, one.widened(), wrong, 0, 1, 0, 0x1p-23);
        assertEquals(5, error, 1e-9);
        Operand<float[]> notANumber = Operand.matrix(Precision.F32, 1, 1, () -> Double.NaN);
        double nan = worstError(one, one, one.widened(), notANumber, 0, 1, 0, 0x1p-23);
        assertTrue(!(nan <= BOUND), "NaN must not pass");
    }
}

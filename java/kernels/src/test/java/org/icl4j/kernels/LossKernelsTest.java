package org.icl4j.kernels;

import static org.icl4j.kernels.Reference.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Cross-entropy and its gradient against the specification in double. */
@ExtendWith(CaseReport.class)
class LossKernelsTest {
    private static final int[] LENGTHS = IntStream.concat(
                    IntStream.rangeClosed(1, 140), IntStream.of(255, 256, 257, 1023, 1024, 1025, 50_257))
            .toArray();

    private final RandomGenerator random = TestSeed.random("losses");

    /** Six targets in the middle of an array, one of them to be ignored. */
    private Targets targets(int n) {
        int[] array = random.ints(10, 0, n).toArray();
        array[2 + random.nextInt(6)] = Targets.IGNORED;
        return new Targets(array, 2);
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void crossEntropy(Tested<A> tested) {
        try (Kernels<A> kernels = tested.open(2)) {
            for (int n : LENGTHS) {
                for (double spread : new double[] {1, 30, 1e4}) {
                    Operand<A> logits =
                            Operand.batch(tested.precision(), 2, 3, n, () -> spread * random.nextGaussian());
                    check(tested, kernels, logits, targets(n), tested + " n=" + n + " spread " + spread);
                }
            }
        }
    }

    private <A> void check(Tested<A> tested, Kernels<A> kernels, Operand<A> logits, Targets targets, String what) {
        Precision<A> precision = tested.precision();
        double eps = precision.epsilon();
        Operand<A> losses = Operand.matrix(precision, 1, 6, () -> 7);
        Operand<A> logSumExp = Operand.matrix(precision, 1, 6, () -> 7);
        Operand<double[]> lossesExpected = losses.widened();
        Operand<double[]> logSumExpExpected = logSumExp.widened();
        Reference.KERNELS.crossEntropy(logits.widened().view, targets, lossesExpected.view, logSumExpExpected.view);
        kernels.crossEntropy(logits.view, targets, losses.view, logSumExp.view);
        logits.assertUnchanged(what);
        losses.assertGapsUntouched(what);
        logSumExp.assertGapsUntouched(what);
        Reference.Tolerance tolerance = (b, i, j) -> {
            double largest = Math.max(Math.abs(logSumExpExpected.get(b, i, j)), Math.abs(lossesExpected.get(b, i, j)));
            return eps * (4 + largest);
        };
        assertClose(lossesExpected, losses, tolerance, what + " losses");
        assertClose(logSumExpExpected, logSumExp, tolerance, what + " logSumExp");

        Operand<A> dLosses = Operand.matrix(precision, 1, 6, () -> random.nextDouble(-2, 2));
        Operand<A> dLogits = Operand.batch(precision, 2, 3, logits.view.cols(), () -> Double.NaN);
        Operand<double[]> expected = dLogits.widened();
        Operand<double[]> wide = logits.widened();
        Reference.KERNELS.crossEntropyBackward(
                wide.view, targets, logSumExp.widened().view, dLosses.widened().view, expected.view);
        kernels.crossEntropyBackward(logits.view, targets, logSumExp.view, dLosses.view, dLogits.view);
        logits.assertUnchanged(what + " gradient");
        dLogits.assertGapsUntouched(what);
        assertClose(
                expected,
                dLogits,
                (b, i, j) -> {
                    double exponent = wide.get(b, i, j) - logSumExp.get(0, 0, 3 * b + i);
                    double weight = Math.abs(dLosses.get(0, 0, 3 * b + i));
                    return eps * weight * (1 + Math.exp(exponent) * (3 + Math.abs(exponent)));
                },
                what + " gradient");
        kernels.crossEntropyBackward(logits.view, targets, logSumExp.view, dLosses.view, logits.view);
        assertClose(dLogits.widened(), logits, (b, i, j) -> 0, what + " gradient in place");
        tested.count(3);
    }

    /** A special value spoils its row alone, and no loss that is ignored. */
    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    <A> void specialValues(Tested<A> tested) {
        double[] specials = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 3e38, -3e38, 1e-42, -0.0};
        try (Kernels<A> kernels = tested.open()) {
            for (int at = 0; at < 43; at++) {
                for (double special : specials) {
                    Operand<A> logits = Operand.batch(tested.precision(), 2, 3, 43, random::nextGaussian);
                    logits.set(1, 1, at, special);
                    String what = tested + " with " + special + " at " + at;
                    check(tested, kernels, logits, Targets.of(0, 1, 2, 3, at, 42), what);
                    logits.set(1, 1, at, special);
                    check(tested, kernels, logits, Targets.of(0, 1, -1, 3, -1, 42), what + ", ignored");
                }
            }
        }
    }

    @Test
    void targetsOutOfRange() {
        Matrix<double[]> logits = Matrix.of(new double[6], 2, 3);
        double[] written = {7, 7};
        Matrix<double[]> losses = Matrix.of(written, 1, 2);
        Matrix<double[]> logSumExp = Matrix.of(new double[2], 1, 2);
        for (int wrong : new int[] {-2, 3, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            Targets targets = Targets.of(0, wrong);
            assertRefused(
                    () -> Reference.KERNELS.crossEntropy(logits, targets, losses, logSumExp),
                    "target " + wrong,
                    "row 1",
                    "0 to 2");
            assertRefused(
                    () -> Reference.KERNELS.crossEntropyBackward(logits, targets, logSumExp, losses, logits),
                    "target " + wrong);
        }
        assertRefused(
                () -> Reference.KERNELS.crossEntropy(logits, new Targets(new int[4], 3), losses, logSumExp),
                "1 targets",
                "2 rows");
        assertRefused(() -> new Targets(new int[4], 5), "offset=5", "4");
        assertRefused(() -> new Targets(new int[4], -1), "offset=-1");
        assertArrayEquals(new double[] {7, 7}, written);
    }

    private static void assertRefused(Executable call, String... parts) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        Arrays.stream(parts).forEach(part -> assertTrue(message.contains(part), message + " lacks " + part));
    }

    @Test
    void specification() {
        double[] logits = {0, Math.log(2), Math.log(5)};
        double[] loss = new double[1];
        double[] logSumExp = new double[1];
        Matrix<double[]> x = Matrix.of(logits, 1, 3);
        Targets targets = Targets.of(1);
        Reference.KERNELS.crossEntropy(x, targets, Matrix.of(loss, 1, 1), Matrix.of(logSumExp, 1, 1));
        assertEquals(Math.log(8), logSumExp[0], 1e-15);
        assertEquals(Math.log(4), loss[0], 1e-15);
        double[] weight = {2};
        Reference.KERNELS.crossEntropyBackward(x, targets, Matrix.of(logSumExp, 1, 1), Matrix.of(weight, 1, 1), x);
        assertArrayEquals(new double[] {0.25, -1.5, 1.25}, logits, 1e-15);
    }
}

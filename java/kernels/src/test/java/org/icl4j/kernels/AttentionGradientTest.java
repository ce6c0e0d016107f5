package org.icl4j.kernels;

import static org.icl4j.kernels.CentralDifferences.check;
import static org.icl4j.kernels.CentralDifferences.dot;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link GradientTest} for attention: shared keys, caps, windows and biases, each alone and all at once. */
class AttentionGradientTest {
    private static final int BATCH = 2;
    private static final int KEYS = 7;
    private static final int HEAD_SIZE = 3;
    private static final double CAP = 0.8;
    private static final int WINDOW = 3;

    /** Heads that share keys: of each group some, and more than one group. */
    private static final AttentionHeads GROUPED =
            AttentionHeads.scaled(4, HEAD_SIZE).withKeyHeads(2);

    private final Kernels<double[]> kernels = Reference.KERNELS;
    private final RandomGenerator random = TestSeed.random("attention gradients");

    static Stream<AttentionHeads> heads() {
        AttentionHeads plain = AttentionHeads.scaled(2, HEAD_SIZE);
        return Stream.of(
                plain,
                plain.withKeyHeads(1),
                GROUPED,
                plain.withSoftCap(CAP),
                plain.withWindow(WINDOW),
                plain.withWindow(1),
                GROUPED.withSoftCap(CAP).withWindow(WINDOW));
    }

    private Matrix<double[]> random(int count, int rows, int cols) {
        double[] values = random.doubles((long) count * rows * cols, -1.5, 1.5).toArray();
        return Matrix.batch(values, 0, count, rows * cols, rows, cols, cols);
    }

    private static Matrix<double[]> zerosLike(Matrix<double[]> m) {
        return Matrix.batch(
                new double[m.array().length], 0, m.count(), m.rows() * m.cols(), m.rows(), m.cols(), m.cols());
    }

    @ParameterizedTest
    @MethodSource("heads")
    void everyForm(AttentionHeads heads) {
        for (int nQueries : new int[] {1, 4, KEYS}) {
            gradients(heads, nQueries, Optional.empty());
            gradients(heads, nQueries, Optional.of(random(1, nQueries, KEYS)));
            gradients(heads, nQueries, Optional.of(random(heads.nHeads(), nQueries, KEYS)));
        }
    }

    /** Keys that a bias of −∞ hides have gradients of 0, which central differences find too. */
    @Test
    void hiddenKeys() {
        Matrix<double[]> bias = random(1, KEYS, KEYS);
        for (int i = 2; i < KEYS; i++) {
            bias.array()[bias.index(0, i, random.nextInt(i))] = Double.NEGATIVE_INFINITY;
        }
        gradients(GROUPED.withSoftCap(CAP), KEYS, Optional.of(bias));
    }

    private void gradients(AttentionHeads heads, int nQueries, Optional<Matrix<double[]>> bias) {
        Matrix<double[]> q = random(BATCH, nQueries, heads.nHeads() * HEAD_SIZE);
        Matrix<double[]> k = random(BATCH, KEYS, heads.nKeyHeads() * HEAD_SIZE);
        Matrix<double[]> v = random(BATCH, KEYS, heads.nKeyHeads() * HEAD_SIZE);
        Matrix<double[]> dOut = random(BATCH, nQueries, heads.nHeads() * HEAD_SIZE);
        Matrix<double[]> out = zerosLike(q);
        Matrix<double[]> logSumExp = random(BATCH, heads.nHeads(), nQueries);
        Supplier<Double> loss = () -> {
            kernels.attention(heads, bias, q, k, v, out, logSumExp);
            return dot(out, dOut);
        };
        loss.get();
        Matrix<double[]> dq = zerosLike(q);
        Matrix<double[]> dk = zerosLike(k);
        Matrix<double[]> dv = zerosLike(v);
        kernels.attentionBackward(heads, bias, q, k, v, out, logSumExp, dOut, dq, dk, dv);
        String what = heads + " " + nQueries + " queries, bias " + bias.map(Matrix::shape) + ": ";
        check(what + "q", loss, q, dq);
        check(what + "k", loss, k, dk);
        check(what + "v", loss, v, dv);
    }
}

package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many heads with not too many keys each, which the vector provider computes together: a head has the bits that it has alone. */
@ExtendWith(CaseReport.class)
class AttentionLockstepTest {
    private static final int ROUNDS = 150;
    private static final int[] HEAD_SIZES = {4, 8, 16, 24, 32, 40, 48, 64};

    private final Tested<float[]> vector = new Tested<>("vector", Precision.F32);
    private final RandomGenerator random = TestSeed.random("heads in lockstep");

    @Test
    void bitsAreThoseOfAHeadAlone() {
        try (Kernels<float[]> kernels = vector.open(1);
                Kernels<float[]> two = vector.open(2)) {
            vector.count(rounds(ROUNDS, kernels, two, random));
        }
    }

    /** Random shapes of which each of {@code many} heads is also computed alone; how many heads these were. */
    static int rounds(int rounds, Kernels<float[]> kernels, Kernels<float[]> others, RandomGenerator random) {
        int heads = 0;
        for (int round = 0; round < rounds; round++) {
            int dHead = HEAD_SIZES[random.nextInt(HEAD_SIZES.length)];
            int rows = 1 + random.nextInt(round % 3 == 0 ? 160 : 64);
            Heads all = new Heads(1 + random.nextInt(6), 1 + random.nextInt(8), rows, dHead, random);
            all.run(round % 2 == 0 ? kernels : others, random.nextInt(4) == 0);
            for (int b = 0; b < all.batch; b++) {
                for (int h = 0; h < all.nHeads; h++) {
                    all.assertSameAlone(kernels, b, h);
                    heads++;
                }
            }
        }
        return heads;
    }

    /** Operands without a gap, so that what reads outside of them leaves the array. */
    private static final class Heads {
        private final int batch;
        private final int nHeads;
        private final int rows;
        private final int dHead;
        private final double scale;
        private final RandomGenerator random;
        private final Matrix<float[]> q;
        private final Matrix<float[]> k;
        private final Matrix<float[]> v;
        private final Matrix<float[]> dOut;
        private final Matrix<float[]> out;
        private final Matrix<float[]> logSumExp;
        private final Matrix<float[]> dq;
        private final Matrix<float[]> dk;
        private final Matrix<float[]> dv;
        private boolean isFinite;

        Heads(int batch, int nHeads, int rows, int dHead, RandomGenerator random) {
            this.batch = batch;
            this.nHeads = nHeads;
            this.rows = rows;
            this.dHead = dHead;
            this.random = random;
            scale = random.nextDouble(0.05, 2);
            q = operand();
            k = operand();
            v = operand();
            dOut = operand();
            out = operand();
            logSumExp = Matrix.batch(new float[batch * nHeads * rows], 0, batch, nHeads * rows, nHeads, rows, rows);
            dq = operand();
            dk = operand();
            dv = operand();
        }

        private Matrix<float[]> operand() {
            int width = nHeads * dHead;
            float[] array = new float[batch * rows * width];
            for (int i = 0; i < array.length; i++) {
                array[i] = (float) random.nextGaussian();
            }
            return Matrix.batch(array, 0, batch, rows * width, rows, width, width);
        }

        /** Forward, and backward if all values are finite. */
        void run(Kernels<float[]> kernels, boolean withValueThatIsNot) {
            isFinite = !withValueThatIsNot;
            if (withValueThatIsNot) {
                v.array()[random.nextInt(v.array().length)] =
                        random.nextBoolean() ? Float.NaN : Float.NEGATIVE_INFINITY;
            }
            AttentionHeads heads = new AttentionHeads(nHeads, scale);
            kernels.attention(heads, q, k, v, out, logSumExp);
            if (isFinite) {
                kernels.attentionBackward(heads, q, k, v, out, logSumExp, dOut, dq, dk, dv);
            }
        }

        void assertSameAlone(Kernels<float[]> kernels, int b, int h) {
            AttentionHeads one = new AttentionHeads(1, scale);
            Matrix<float[]> alone = Matrix.of(new float[rows * dHead], rows, dHead);
            Matrix<float[]> aloneLse = Matrix.of(new float[rows], 1, rows);
            kernels.attention(one, head(q, b, h), head(k, b, h), head(v, b, h), alone, aloneLse);
            assertSame("out", out, b, h, alone);
            assertArrayEquals(values(logSumExp.at(b).rows(h, h + 1)), aloneLse.array(), describe("logSumExp", b, h));
            if (isFinite) {
                Matrix<float[]> dqAlone = Matrix.of(new float[rows * dHead], rows, dHead);
                Matrix<float[]> dkAlone = Matrix.of(new float[rows * dHead], rows, dHead);
                Matrix<float[]> dvAlone = Matrix.of(new float[rows * dHead], rows, dHead);
                kernels.attentionBackward(
                        one,
                        head(q, b, h),
                        head(k, b, h),
                        head(v, b, h),
                        alone,
                        aloneLse,
                        head(dOut, b, h),
                        dqAlone,
                        dkAlone,
                        dvAlone);
                assertSame("dq", dq, b, h, dqAlone);
                assertSame("dk", dk, b, h, dkAlone);
                assertSame("dv", dv, b, h, dvAlone);
            }
        }

        private Matrix<float[]> head(Matrix<float[]> m, int b, int h) {
            return m.at(b).columns(h * dHead, (h + 1) * dHead);
        }

        private void assertSame(String what, Matrix<float[]> all, int b, int h, Matrix<float[]> alone) {
            assertArrayEquals(values(head(all, b, h)), alone.array(), describe(what, b, h));
        }

        private static float[] values(Matrix<float[]> m) {
            float[] values = new float[m.rows() * m.cols()];
            for (int i = 0; i < m.rows(); i++) {
                System.arraycopy(m.array(), m.index(0, i, 0), values, i * m.cols(), m.cols());
            }
            return values;
        }

        private String describe(String what, int b, int h) {
            return what + " of head " + h + " of entry " + b + " of [" + batch + ", " + rows + ", " + nHeads + "x"
                    + dHead + "] finite " + isFinite;
        }
    }
}

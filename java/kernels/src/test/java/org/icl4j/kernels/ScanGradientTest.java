package org.icl4j.kernels;

import static org.icl4j.kernels.CentralDifferences.check;
import static org.icl4j.kernels.CentralDifferences.dot;

import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** {@link GradientTest} for the kernels that go along the positions of a sequence. */
class ScanGradientTest {
    private final Kernels<double[]> kernels = Reference.KERNELS;
    private final RandomGenerator random = TestSeed.random("scan gradients");

    private Matrix<double[]> random(int count, int rows, int cols) {
        double[] values = random.doubles((long) count * rows * cols, -1, 1).toArray();
        return Matrix.batch(values, 0, count, rows * cols, rows, cols, cols);
    }

    private static Matrix<double[]> zerosLike(Matrix<double[]> m) {
        return Matrix.batch(
                new double[m.array().length], 0, m.count(), m.rows() * m.cols(), m.rows(), m.cols(), m.cols());
    }

    @Test
    void rotary() {
        RotaryAngles<double[]> angles = RotaryAngles.of(Precision.F64, 4, 2, RotaryAngles.BASE);
        for (RotaryPairing pairing : RotaryPairing.values()) {
            Rotary heads = new Rotary(2, pairing);
            Matrix<double[]> x = random(2, 4, 10);
            Matrix<double[]> dy = random(2, 4, 10);
            Matrix<double[]> y = zerosLike(x);
            Matrix<double[]> dx = zerosLike(x);
            kernels.rotaryBackward(heads, angles, dy, dx);
            check(
                    "rotary " + pairing,
                    () -> {
                        kernels.rotary(heads, angles, x, y);
                        return dot(y, dy);
                    },
                    x,
                    dx);
        }
    }

    @Test
    void linearAttention() {
        AttentionHeads heads = new AttentionHeads(2, 0.7);
        Matrix<double[]> q = random(2, 5, 6);
        Matrix<double[]> k = random(2, 5, 6);
        Matrix<double[]> v = random(2, 5, 6);
        Matrix<double[]> initial = random(2, 6, 3);
        Matrix<double[]> dOut = random(2, 5, 6);
        Matrix<double[]> dLast = random(2, 6, 3);
        Matrix<double[]> out = zerosLike(q);
        Matrix<double[]> last = zerosLike(initial);
        Supplier<Double> loss = () -> {
            kernels.linearAttention(heads, q, k, v, initial, out, last);
            return dot(out, dOut) + dot(last, dLast);
        };
        Matrix<double[]> dq = zerosLike(q);
        Matrix<double[]> dk = zerosLike(k);
        Matrix<double[]> dv = zerosLike(v);
        Matrix<double[]> dInitial = zerosLike(initial);
        kernels.linearAttentionBackward(heads, q, k, v, initial, dOut, dLast, dq, dk, dv, dInitial);
        check("linearAttention q", loss, q, dq);
        check("linearAttention k", loss, k, dk);
        check("linearAttention v", loss, v, dv);
        check("linearAttention initial", loss, initial, dInitial);
    }

    @Test
    void linearSelfAttention() {
        double scale = 0.7;
        Matrix<double[]> e = random(3, 4, 6);
        Matrix<double[]> p = random(1, 1, 4);
        Matrix<double[]> v = random(1, 3, 4);
        Matrix<double[]> dOut = random(1, 1, 3);
        Matrix<double[]> scores = random(1, 3, 6);
        Matrix<double[]> values = random(1, 3, 6);
        Matrix<double[]> out = zerosLike(dOut);
        Supplier<Double> loss = () -> {
            kernels.linearSelfAttention(scale, e, p, v, scores, values, out);
            return dot(out, dOut);
        };
        loss.get();
        Matrix<double[]> dP = zerosLike(p);
        Matrix<double[]> dV = zerosLike(v);
        kernels.linearSelfAttentionBackward(scale, e, scores, values, dOut, dP, dV);
        check("linearSelfAttention p", loss, p, dP);
        check("linearSelfAttention v", loss, v, dV);
    }

    @Test
    void rnn() {
        Matrix<double[]> recurrent = random(1, 4, 4);
        Matrix<double[]> initial = random(2, 1, 4);
        Matrix<double[]> pre = random(2, 5, 4);
        Matrix<double[]> dH = random(2, 5, 4);
        Matrix<double[]> h = zerosLike(pre);
        Supplier<Double> loss = () -> {
            kernels.rnn(recurrent, initial, pre, h);
            return dot(h, dH);
        };
        loss.get();
        Matrix<double[]> dPre = zerosLike(pre);
        Matrix<double[]> dRecurrent = zerosLike(recurrent);
        Matrix<double[]> dInitial = zerosLike(initial);
        kernels.rnnBackward(recurrent, initial, h, dH, dPre, dRecurrent, dInitial);
        check("rnn pre", loss, pre, dPre);
        check("rnn W", loss, recurrent, dRecurrent);
        check("rnn initial", loss, initial, dInitial);
    }

    @Test
    void gru() {
        Matrix<double[]> recurrent = random(1, 12, 4);
        Matrix<double[]> bias = random(1, 1, 12);
        Matrix<double[]> initial = random(2, 1, 4);
        Matrix<double[]> pre = random(2, 5, 12);
        Matrix<double[]> dH = random(2, 5, 4);
        Matrix<double[]> gates = random(2, 5, 16);
        Matrix<double[]> h = zerosLike(dH);
        Supplier<Double> loss = () -> {
            kernels.gru(recurrent, bias, initial, pre, gates, h);
            return dot(h, dH);
        };
        loss.get();
        Matrix<double[]> dPre = zerosLike(pre);
        Matrix<double[]> dRecurrent = zerosLike(recurrent);
        Matrix<double[]> dBias = zerosLike(bias);
        Matrix<double[]> dInitial = zerosLike(initial);
        kernels.gruBackward(recurrent, initial, gates, h, dH, dPre, dRecurrent, dBias, dInitial);
        check("gru pre", loss, pre, dPre);
        check("gru W", loss, recurrent, dRecurrent);
        check("gru bias", loss, bias, dBias);
        check("gru initial", loss, initial, dInitial);
    }

    @Test
    void diagonalScan() {
        Matrix<double[]> a = random(1, 1, 4);
        Matrix<double[]> initial = random(2, 1, 4);
        Matrix<double[]> x = random(2, 5, 4);
        Matrix<double[]> dH = random(2, 5, 4);
        Matrix<double[]> h = zerosLike(x);
        Supplier<Double> loss = () -> {
            kernels.diagonalScan(a, initial, x, h);
            return dot(h, dH);
        };
        loss.get();
        Matrix<double[]> dX = zerosLike(x);
        Matrix<double[]> dA = zerosLike(a);
        Matrix<double[]> dInitial = zerosLike(initial);
        kernels.diagonalScanBackward(a, initial, h, dH, dX, dA, dInitial);
        check("diagonalScan x", loss, x, dX);
        check("diagonalScan a", loss, a, dA);
        check("diagonalScan initial", loss, initial, dInitial);
    }

    @Test
    void selectiveScan() {
        SelectiveScan<double[]> in = new SelectiveScan<>(
                random(2, 5, 4),
                random(2, 5, 4),
                random(1, 4, 3),
                random(2, 5, 3),
                random(2, 5, 3),
                random(1, 1, 4),
                random(2, 4, 3));
        Matrix<double[]> dY = random(2, 5, 4);
        Matrix<double[]> dLast = random(2, 4, 3);
        Matrix<double[]> y = zerosLike(dY);
        Matrix<double[]> last = zerosLike(dLast);
        Supplier<Double> loss = () -> {
            kernels.selectiveScan(in, y, last);
            return dot(y, dY) + dot(last, dLast);
        };
        SelectiveScan<double[]> gradients = new SelectiveScan<>(
                zerosLike(in.x()),
                zerosLike(in.delta()),
                zerosLike(in.a()),
                zerosLike(in.b()),
                zerosLike(in.c()),
                zerosLike(in.skip()),
                zerosLike(in.initial()));
        kernels.selectiveScanBackward(in, dY, dLast, gradients);
        check("selectiveScan x", loss, in.x(), gradients.x());
        check("selectiveScan delta", loss, in.delta(), gradients.delta());
        check("selectiveScan a", loss, in.a(), gradients.a());
        check("selectiveScan b", loss, in.b(), gradients.b());
        check("selectiveScan c", loss, in.c(), gradients.c());
        check("selectiveScan skip", loss, in.skip(), gradients.skip());
        check("selectiveScan initial", loss, in.initial(), gradients.initial());
    }
}

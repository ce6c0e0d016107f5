package org.icl4j.kernels;

import static org.icl4j.kernels.CentralDifferences.check;
import static org.icl4j.kernels.CentralDifferences.dot;

import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Every backward kernel of the specification against central differences of its forward kernel, in f64. */
class GradientTest {
    private final Kernels<double[]> kernels = Reference.KERNELS;
    private final RandomGenerator random = TestSeed.random("gradients");

    private Matrix<double[]> random(int rows, int cols) {
        return Matrix.of(random.doubles((long) rows * cols, -1.5, 1.5).toArray(), rows, cols);
    }

    private static Matrix<double[]> zeros(int rows, int cols) {
        return Matrix.of(new double[rows * cols], rows, cols);
    }

    @Test
    void softmax() {
        Matrix<double[]> x = random(3, 7);
        Matrix<double[]> dy = random(3, 7);
        Matrix<double[]> y = zeros(3, 7);
        Matrix<double[]> dx = zeros(3, 7);
        Supplier<Double> loss = () -> {
            kernels.softmax(x, y);
            return dot(y, dy);
        };
        loss.get();
        kernels.softmaxBackward(y, dy, dx);
        check("softmax", loss, x, dx);
    }

    @Test
    void layerNorm() {
        Matrix<double[]> x = random(4, 6);
        Matrix<double[]> gamma = random(1, 6);
        Matrix<double[]> beta = random(1, 6);
        Matrix<double[]> dy = random(4, 6);
        Matrix<double[]> y = zeros(4, 6);
        Matrix<double[]> mean = zeros(1, 4);
        Matrix<double[]> rstd = zeros(1, 4);
        Supplier<Double> loss = () -> {
            kernels.layerNorm(x, gamma, beta, 1e-3, y, mean, rstd);
            return dot(y, dy);
        };
        loss.get();
        Matrix<double[]> dx = zeros(4, 6);
        Matrix<double[]> dGamma = zeros(1, 6);
        Matrix<double[]> dBeta = zeros(1, 6);
        kernels.layerNormBackward(x, gamma, mean, rstd, dy, dx, dGamma, dBeta);
        check("layerNorm x", loss, x, dx);
        check("layerNorm gamma", loss, gamma, dGamma);
        check("layerNorm beta", loss, beta, dBeta);
    }

    @Test
    void activations() {
        Matrix<double[]> x = random(5, 9);
        Matrix<double[]> dy = random(5, 9);
        Matrix<double[]> y = zeros(5, 9);
        Matrix<double[]> dx = zeros(5, 9);
        kernels.reluBackward(x, dy, dx);
        check(
                "relu",
                () -> {
                    kernels.relu(x, y);
                    return dot(y, dy);
                },
                x,
                dx);
        for (Gelu form : Gelu.values()) {
            kernels.geluBackward(form, x, dy, dx);
            check(
                    "gelu " + form,
                    () -> {
                        kernels.gelu(form, x, y);
                        return dot(y, dy);
                    },
                    x,
                    dx);
        }
    }

    @Test
    void rmsNorm() {
        Matrix<double[]> x = random(4, 6);
        Matrix<double[]> gamma = random(1, 6);
        Matrix<double[]> dy = random(4, 6);
        Matrix<double[]> y = zeros(4, 6);
        Matrix<double[]> rstd = zeros(1, 4);
        Supplier<Double> loss = () -> {
            kernels.rmsNorm(x, gamma, 1e-3, y, rstd);
            return dot(y, dy);
        };
        loss.get();
        Matrix<double[]> dx = zeros(4, 6);
        Matrix<double[]> dGamma = zeros(1, 6);
        kernels.rmsNormBackward(x, gamma, rstd, dy, dx, dGamma);
        check("rmsNorm x", loss, x, dx);
        check("rmsNorm gamma", loss, gamma, dGamma);
    }

    @Test
    void crossEntropy() {
        Matrix<double[]> logits = random(4, 6);
        Matrix<double[]> losses = zeros(1, 4);
        Matrix<double[]> logSumExp = zeros(1, 4);
        Matrix<double[]> weights = random(1, 4);
        Targets targets = Targets.of(5, Targets.IGNORED, 0, 3);
        Supplier<Double> loss = () -> {
            kernels.crossEntropy(logits, targets, losses, logSumExp);
            return dot(losses, weights);
        };
        loss.get();
        Matrix<double[]> dLogits = zeros(4, 6);
        kernels.crossEntropyBackward(logits, targets, logSumExp, weights, dLogits);
        check("crossEntropy", loss, logits, dLogits);
    }

    @Test
    void gates() {
        Matrix<double[]> x = random(5, 9);
        Matrix<double[]> dy = random(5, 9);
        Matrix<double[]> y = zeros(5, 9);
        Matrix<double[]> dx = zeros(5, 9);
        kernels.siluBackward(x, dy, dx);
        checkElementwise("silu", () -> kernels.silu(x, y), x, y, dy, dx);
        kernels.softplusBackward(x, dy, dx);
        checkElementwise("softplus", () -> kernels.softplus(x, y), x, y, dy, dx);
        kernels.tanh(x, y);
        kernels.tanhBackward(y, dy, dx);
        checkElementwise("tanh", () -> kernels.tanh(x, y), x, y, dy, dx);
        kernels.sigmoid(x, y);
        kernels.sigmoidBackward(y, dy, dx);
        checkElementwise("sigmoid", () -> kernels.sigmoid(x, y), x, y, dy, dx);
        Matrix<double[]> g = random(5, 9);
        Matrix<double[]> dg = zeros(5, 9);
        for (Gate form : Gate.values()) {
            kernels.gateBackward(form, x, g, dy, dx, dg);
            checkElementwise(form + " x", () -> kernels.gate(form, x, g, y), x, y, dy, dx);
            checkElementwise(form + " g", () -> kernels.gate(form, x, g, y), g, y, dy, dg);
        }
    }

    private void checkElementwise(
            String what,
            Runnable forward,
            Matrix<double[]> x,
            Matrix<double[]> y,
            Matrix<double[]> dy,
            Matrix<double[]> gradient) {
        check(
                what,
                () -> {
                    forward.run();
                    return dot(y, dy);
                },
                x,
                gradient);
    }

    @Test
    void attention() {
        for (int nQueries : new int[] {1, 3, 5}) {
            AttentionHeads heads = AttentionHeads.scaled(2, 3);
            Matrix<double[]> q = random(nQueries, 6);
            Matrix<double[]> k = random(5, 6);
            Matrix<double[]> v = random(5, 6);
            Matrix<double[]> dOut = random(nQueries, 6);
            Matrix<double[]> out = zeros(nQueries, 6);
            Matrix<double[]> logSumExp = zeros(2, nQueries);
            Supplier<Double> loss = () -> {
                kernels.attention(heads, q, k, v, out, logSumExp);
                return dot(out, dOut);
            };
            loss.get();
            Matrix<double[]> dq = zeros(nQueries, 6);
            Matrix<double[]> dk = zeros(5, 6);
            Matrix<double[]> dv = zeros(5, 6);
            kernels.attentionBackward(heads, q, k, v, out, logSumExp, dOut, dq, dk, dv);
            check("attention q", loss, q, dq);
            check("attention k", loss, k, dk);
            check("attention v", loss, v, dv);
        }
    }

    @Test
    void bias() {
        Matrix<double[]> x = random(4, 3);
        Matrix<double[]> bias = random(1, 3);
        Matrix<double[]> dy = random(4, 3);
        Matrix<double[]> dBias = zeros(1, 3);
        kernels.sumRows(dy, 0, dBias);
        Supplier<Double> loss = () -> {
            Matrix<double[]> y = Matrix.of(x.array().clone(), 4, 3);
            kernels.addBias(y, bias);
            return dot(y, dy);
        };
        check("bias", loss, bias, dBias);
    }
}

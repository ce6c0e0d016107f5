package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireColumns;
import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireFactor;
import static org.icl4j.kernels.Checks.requireHeadFits;
import static org.icl4j.kernels.Checks.requireRowMajor;
import static org.icl4j.kernels.Checks.requireSameOrDisjoint;
import static org.icl4j.kernels.Checks.requireSetting;
import static org.icl4j.kernels.Checks.requireShape;
import static org.icl4j.kernels.Checks.requireShapeOrShared;
import static org.icl4j.kernels.Checks.requireWritable;

import java.util.Objects;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/** The front of every provider: checks the arguments once, then hands them to the parts. */
final class CheckedKernels<A> implements Kernels<A> {
    private final Precision<A> precision;
    private final KernelParts<A> parts;
    private final WorkerPool workers;
    private final KernelsInfo info;
    private volatile boolean closed;

    CheckedKernels(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        this.precision = precision;
        this.parts = parts;
        this.workers = workers;
        this.info = info;
    }

    @Override
    public Precision<A> precision() {
        return precision;
    }

    @Override
    public KernelsInfo info() {
        return info;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            workers.close();
            parts.onClose().run();
        }
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c) {
        begin(a, b, c);
        requireShapeOrShared("gemm", "A", a, c.count(), c.rows(), a.cols(), "C is " + c.shape());
        requireShapeOrShared(
                "gemm", "B", b, c.count(), a.cols(), c.cols(), "A is " + a.shape() + ", C is " + c.shape());
        requireWritable("gemm", "C", c);
        requireDisjoint("gemm", "C", c, "A", a);
        requireDisjoint("gemm", "C", c, "B", b);
        double storedAlpha = requireFactor(precision, "gemm", "alpha", alpha);
        double storedBeta = requireFactor(precision, "gemm", "beta", beta);
        if (!c.isEmpty()) {
            parts.products().gemm(storedAlpha, a, b, storedBeta, c);
        }
    }

    @Override
    public void addBias(Matrix<A> x, Matrix<A> bias) {
        beginRowMajor("addBias", x, bias);
        requireShape("addBias", "bias", bias, 1, 1, x.cols(), "x is " + x.shape());
        requireWritable("addBias", "x", x);
        requireDisjoint("addBias", "x", x, "bias", bias);
        if (!x.isEmpty()) {
            parts.rows().addBias(x, bias);
        }
    }

    @Override
    public void sumRows(Matrix<A> x, double beta, Matrix<A> sum) {
        beginRowMajor("sumRows", x, sum);
        requireShape("sumRows", "sum", sum, 1, 1, x.cols(), "x is " + x.shape());
        requireWritable("sumRows", "sum", sum);
        requireDisjoint("sumRows", "sum", sum, "x", x);
        double storedBeta = requireFactor(precision, "sumRows", "beta", beta);
        if (!sum.isEmpty()) {
            parts.rows().sumRows(x, storedBeta, sum);
        }
    }

    @Override
    public void softmax(Matrix<A> x, Matrix<A> y) {
        beginRowMajor("softmax", x, y);
        requireElementwise("softmax", x, "y", y);
        if (!y.isEmpty()) {
            parts.rows().softmax(x, y);
        }
    }

    @Override
    public void softmaxBackward(Matrix<A> y, Matrix<A> dy, Matrix<A> dx) {
        beginRowMajor("softmaxBackward", y, dy, dx);
        requireElementwise("softmaxBackward", dy, "dx", dx);
        requireShape("softmaxBackward", "y", y, dy.count(), dy.rows(), dy.cols(), "dy is " + dy.shape());
        requireDisjoint("softmaxBackward", "dx", dx, "y", y);
        if (!dx.isEmpty()) {
            parts.rows().softmaxBackward(y, dy, dx);
        }
    }

    @Override
    public void layerNorm(
            Matrix<A> x, Matrix<A> gamma, Matrix<A> beta, double eps, Matrix<A> y, Matrix<A> mean, Matrix<A> rstd) {
        beginRowMajor("layerNorm", x, gamma, beta, y, mean, rstd);
        if (!(eps > 0) || !Double.isFinite(eps)) {
            throw new IllegalArgumentException("layerNorm: eps=" + eps + " must be positive and finite");
        }
        requireSetting(precision, "layerNorm", "eps", eps);
        requireColumns("layerNorm", "x", x);
        requireElementwise("layerNorm", x, "y", y);
        requireRowStatistics("layerNorm", x, gamma, mean, rstd);
        requireShape("layerNorm", "beta", beta, 1, 1, x.cols(), "x is " + x.shape());
        requireOutputs("layerNorm", new Matrix<?>[] {y, mean, rstd}, gamma, beta);
        requireDisjoint("layerNorm", "mean", mean, "x", x);
        requireDisjoint("layerNorm", "rstd", rstd, "x", x);
        if (!y.isEmpty()) {
            parts.rows().layerNorm(x, gamma, beta, eps, y, mean, rstd);
        }
    }

    @Override
    public void layerNormBackward(
            Matrix<A> x,
            Matrix<A> gamma,
            Matrix<A> mean,
            Matrix<A> rstd,
            Matrix<A> dy,
            Matrix<A> dx,
            Matrix<A> dGamma,
            Matrix<A> dBeta) {
        beginRowMajor("layerNormBackward", x, gamma, mean, rstd, dy, dx, dGamma, dBeta);
        requireColumns("layerNormBackward", "x", x);
        requireElementwise("layerNormBackward", dy, "dx", dx);
        requireShape("layerNormBackward", "x", x, dy.count(), dy.rows(), dy.cols(), "dy is " + dy.shape());
        requireRowStatistics("layerNormBackward", x, gamma, mean, rstd);
        requireShape("layerNormBackward", "dGamma", dGamma, 1, 1, x.cols(), "x is " + x.shape());
        requireShape("layerNormBackward", "dBeta", dBeta, 1, 1, x.cols(), "x is " + x.shape());
        requireOutputs("layerNormBackward", new Matrix<?>[] {dx, dGamma, dBeta}, x, gamma, mean, rstd);
        requireDisjoint("layerNormBackward", "dGamma", dGamma, "dy", dy);
        requireDisjoint("layerNormBackward", "dBeta", dBeta, "dy", dy);
        if (!dx.isEmpty()) {
            parts.rows().layerNormBackward(x, gamma, mean, rstd, dy, dx, dGamma, dBeta);
        }
    }

    @Override
    public void relu(Matrix<A> x, Matrix<A> y) {
        beginRowMajor("relu", x, y);
        requireElementwise("relu", x, "y", y);
        if (!y.isEmpty()) {
            parts.activations().relu(x, y);
        }
    }

    @Override
    public void reluBackward(Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        beginRowMajor("reluBackward", x, dy, dx);
        requireElementwise("reluBackward", x, "dx", dx);
        requireElementwise("reluBackward", dy, "dx", dx);
        if (!dx.isEmpty()) {
            parts.activations().reluBackward(x, dy, dx);
        }
    }

    @Override
    public void gelu(Gelu form, Matrix<A> x, Matrix<A> y) {
        Objects.requireNonNull(form, "form");
        beginRowMajor("gelu", x, y);
        requireElementwise("gelu", x, "y", y);
        if (!y.isEmpty()) {
            parts.activations().gelu(form, x, y);
        }
    }

    @Override
    public void geluBackward(Gelu form, Matrix<A> x, Matrix<A> dy, Matrix<A> dx) {
        Objects.requireNonNull(form, "form");
        beginRowMajor("geluBackward", x, dy, dx);
        requireElementwise("geluBackward", x, "dx", dx);
        requireElementwise("geluBackward", dy, "dx", dx);
        if (!dx.isEmpty()) {
            parts.activations().geluBackward(form, x, dy, dx);
        }
    }

    @Override
    public void attention(
            AttentionHeads heads, Matrix<A> q, Matrix<A> k, Matrix<A> v, Matrix<A> out, Matrix<A> logSumExp) {
        beginRowMajor("attention", q, k, v, out, logSumExp);
        requireAttention("attention", heads, q, k, v);
        requireLike("attention", "out", out, "q", q);
        requireShape("attention", "logSumExp", logSumExp, q.count(), heads.nHeads(), q.rows(), "q is " + q.shape());
        requireOutputs("attention", new Matrix<?>[] {out, logSumExp}, q, k, v);
        if (!logSumExp.isEmpty()) {
            parts.attention().attention(heads, q, k, v, out, logSumExp);
        }
    }

    @Override
    public void attentionBackward(
            AttentionHeads heads,
            Matrix<A> q,
            Matrix<A> k,
            Matrix<A> v,
            Matrix<A> out,
            Matrix<A> logSumExp,
            Matrix<A> dOut,
            Matrix<A> dq,
            Matrix<A> dk,
            Matrix<A> dv) {
        beginRowMajor("attentionBackward", q, k, v, out, logSumExp, dOut, dq, dk, dv);
        requireAttention("attentionBackward", heads, q, k, v);
        requireLike("attentionBackward", "out", out, "q", q);
        requireLike("attentionBackward", "dOut", dOut, "q", q);
        requireLike("attentionBackward", "dq", dq, "q", q);
        requireLike("attentionBackward", "dk", dk, "k", k);
        requireLike("attentionBackward", "dv", dv, "v", v);
        requireShape(
                "attentionBackward", "logSumExp", logSumExp, q.count(), heads.nHeads(), q.rows(), "q is " + q.shape());
        requireOutputs("attentionBackward", new Matrix<?>[] {dq, dk, dv}, q, k, v, out, logSumExp, dOut);
        if (!dq.isEmpty() || !dk.isEmpty()) {
            parts.attention().attentionBackward(heads, q, k, v, out, logSumExp, dOut, dq, dk, dv);
        }
    }

    @Override
    public void adamW(
            AdamW settings,
            long step,
            Matrix<A> parameter,
            Matrix<A> gradient,
            Matrix<A> firstMoment,
            Matrix<A> secondMoment) {
        beginRowMajor("adamW", parameter, gradient, firstMoment, secondMoment);
        if (step < 1) {
            throw new IllegalArgumentException("adamW: step=" + step + ", but steps are counted from 1");
        }
        requireSetting(precision, "adamW", "epsilon", settings.epsilon());
        double rate = settings.learningRate() / (1 - StrictMath.pow(settings.beta1(), step));
        requireFactor(precision, "adamW", "learningRate / (1 - beta1^step)", rate);
        requireLike("adamW", "gradient", gradient, "parameter", parameter);
        requireLike("adamW", "firstMoment", firstMoment, "parameter", parameter);
        requireLike("adamW", "secondMoment", secondMoment, "parameter", parameter);
        requireOutputs("adamW", new Matrix<?>[] {parameter, firstMoment, secondMoment}, gradient);
        if (!parameter.isEmpty()) {
            parts.optimizers().adamW(settings, step, parameter, gradient, firstMoment, secondMoment);
        }
    }

    @SafeVarargs
    private void beginRowMajor(String kernel, Matrix<A>... operands) {
        begin(operands);
        for (Matrix<A> operand : operands) {
            requireRowMajor(kernel, operand);
        }
    }

    @SafeVarargs
    private void begin(Matrix<A>... operands) {
        if (closed) {
            throw new IllegalStateException("these kernels (" + info.summary() + ") are closed");
        }
        for (Matrix<A> operand : operands) {
            if (!precision.arrayType().isInstance(operand.array())) {
                throw new IllegalArgumentException(
                        "operand " + operand + " in kernels of precision " + precision.name());
            }
        }
    }

    private static <A> void requireElementwise(String kernel, Matrix<A> in, String outName, Matrix<A> out) {
        requireShape(kernel, outName, out, in.count(), in.rows(), in.cols(), "its input is " + in.shape());
        requireWritable(kernel, outName, out);
        requireSameOrDisjoint(kernel, outName, out, "its input", in);
    }

    private static <A> void requireRowStatistics(
            String kernel, Matrix<A> x, Matrix<A> gamma, Matrix<A> mean, Matrix<A> rstd) {
        String given = "x is " + x.shape();
        long rows = (long) x.count() * x.rows();
        requireShape(kernel, "gamma", gamma, 1, 1, x.cols(), given);
        requireShape(kernel, "mean", mean, 1, 1, rows, given);
        requireShape(kernel, "rstd", rstd, 1, 1, rows, given);
    }

    private static <A> void requireLike(String kernel, String name, Matrix<A> m, String likeName, Matrix<A> like) {
        requireShape(kernel, name, m, like.count(), like.rows(), like.cols(), likeName + " is " + like.shape());
    }

    private void requireAttention(String kernel, AttentionHeads heads, Matrix<A> q, Matrix<A> k, Matrix<A> v) {
        requireSetting(precision, kernel, "scale", heads.scale());
        if (q.cols() % heads.nHeads() != 0) {
            throw new IllegalArgumentException(kernel
                    + ": q "
                    + q.shape()
                    + " has "
                    + q.cols()
                    + " columns, not a multiple of nHeads="
                    + heads.nHeads());
        }
        requireHeadFits(kernel, q.cols() / heads.nHeads(), k.rows());
        requireShape(kernel, "k", k, q.count(), k.rows(), q.cols(), "q is " + q.shape());
        requireLike(kernel, "v", v, "k", k);
        if (k.rows() < q.rows()) {
            throw new IllegalArgumentException(kernel
                    + ": "
                    + q.rows()
                    + " queries but only "
                    + k.rows()
                    + " keys; the queries are the last of the keys' positions");
        }
    }

    private static void requireOutputs(String kernel, Matrix<?>[] outputs, Matrix<?>... inputs) {
        for (int i = 0; i < outputs.length; i++) {
            requireWritable(kernel, number(i), outputs[i]);
            for (int j = 0; j < i; j++) {
                requireDisjoint(kernel, number(i), outputs[i], "output " + number(j), outputs[j]);
            }
            for (Matrix<?> input : inputs) {
                requireDisjoint(kernel, number(i), outputs[i], "input", input);
            }
        }
    }

    private static String number(int output) {
        return "no. " + (output + 1);
    }
}

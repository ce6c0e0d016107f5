package org.icl4j.transformer.linear;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * The linear self-attention of Zhang, Frei and Bartlett (2023, eq. 3.3; arXiv 2306.09927), f(E) = E + W^PV·E·(Eᵀ·W^KQ·E)/ρ, of which
 * only the prediction is computed: ŷ = [f(E)]_{d+1, N+1}.
 *
 * <p>A prompt E is [C, T], C = d + 1: its columns are the examples (xⱼ, yⱼ), j = 1 … N, and the query (x_q, 0), so that T = N + 1,
 * and ρ = N. The prediction depends on the last row p of W^PV and the first d columns W of W^KQ alone (eq. 3.6):
 *
 * <pre>ŷ = (1/N)·Σⱼ (eⱼ·p)·(eⱼ·W·x_q)</pre>
 *
 * <p>Parameters, stored as the paper has them, [out, in]: {@value #W_PV} and {@value #W_KQ}, both [C, C]. All of either is kept, so that
 * a checkpoint is the paper's model; only p and W have gradients other than 0, and only they are changed by {@link #step}.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class LinearSelfAttention<A> {
    /** Name of W^PV. */
    public static final String W_PV = "attn.pv.weight";

    /** Name of W^KQ. */
    public static final String W_KQ = "attn.kq.weight";

    private final Kernels<A> kernels;
    private final Parameters<A> parameters;
    private final int dims;

    /**
     * A model on these parameters, which it reads at every pass and does not copy.
     *
     * @throws IllegalArgumentException if a parameter is missing, or they are not square matrices of one size, at least 2
     */
    public LinearSelfAttention(Kernels<A> kernels, Parameters<A> parameters) {
        Tensor<A> wPV = parameters.get(W_PV);
        int width = wPV.rank() == 2 ? wPV.dim(0) : 0;
        int[] square = {width, width};
        if (width < 2
                || !Arrays.equals(wPV.shape(), square)
                || !Arrays.equals(parameters.get(W_KQ).shape(), square)) {
            throw new IllegalArgumentException("parameters '" + W_PV + "' " + wPV + " and '" + W_KQ + "' "
                    + parameters.get(W_KQ) + ": both must be [d + 1, d + 1] with d at least 1");
        }
        this.kernels = kernels;
        this.parameters = parameters;
        this.dims = width - 1;
    }

    /**
     * Parameters as Assumption 3.3 has them, from which gradient flow reaches the global minimum: W^PV = σ·diag(0, …, 0, 1) and
     * W^KQ = σ·ΘΘᵀ with zeros around it, where ΘΘᵀ = MMᵀ/‖MMᵀ‖_F and the entries of M are N(0, 1), from the stream (seed, "init").
     * The theorem asks for σ²·‖Γ‖·√d below 2.
     *
     * @param dims d, the width of a point
     * @param sigma σ
     * @throws IllegalArgumentException if {@code dims} is below 1, or σ not a positive number
     */
    public static <A> Parameters<A> initialize(int dims, double sigma, Precision<A> precision, long seed) {
        if (dims < 1 || !(sigma > 0) || Double.isInfinite(sigma)) {
            throw new IllegalArgumentException(
                    "linear self-attention with dims=" + dims + " sigma=" + sigma + ": both must be positive");
        }
        Tensor<A> wPV = Tensor.zeros(precision, dims + 1, dims + 1);
        Tensor<A> wKQ = wPV.zerosLike();
        wPV.set(wPV.index(dims, dims), sigma);
        double[] theta = normalizedSquare(dims, seed);
        for (int i = 0; i < dims; i++) {
            for (int j = 0; j < dims; j++) {
                wKQ.set(wKQ.index(i, j), sigma * theta[i * dims + j]);
            }
        }
        Map<String, Tensor<A>> all = new LinkedHashMap<>();
        all.put(W_PV, wPV);
        all.put(W_KQ, wKQ);
        return Parameters.of(all);
    }

    /** MMᵀ/‖MMᵀ‖_F. */
    private static double[] normalizedSquare(int n, long seed) {
        Tensor<double[]> m = Tensor.zeros(Precision.F64, n, n);
        RandomStream.of(seed, "init", 0, 0).fillGaussian(m, 1);
        double[] square = new double[n * n];
        double squares = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    square[i * n + j] += m.get(m.index(i, k)) * m.get(m.index(j, k));
                }
                squares += square[i * n + j] * square[i * n + j];
            }
        }
        double norm = Math.sqrt(squares);
        return Arrays.stream(square).map(entry -> entry / norm).toArray();
    }

    /** The parameters that it reads. */
    public Parameters<A> parameters() {
        return parameters;
    }

    /** p of W^PV, or of its gradient. */
    private Matrix<A> read(Tensor<A> wPV) {
        return wPV.matrix().rows(dims, dims + 1);
    }

    /** W of W^KQ, or of its gradient. */
    private Matrix<A> ask(Tensor<A> wKQ) {
        return wKQ.matrix().columns(0, dims);
    }

    /**
     * Passes over these prompts, which are read anew at every pass: a loop of training fills the tensors and passes again, without any
     * allocation but what {@link Kernels} allow themselves.
     *
     * @param prompts E, [B, d + 1, T], T ≥ 2
     * @param queries x_q, [B, d]: what stands in the last column of each prompt, too; rows of their own, for there every number is a
     *     cache line away from the next
     * @throws IllegalArgumentException if the shapes do not go together
     */
    public Pass<A> pass(Tensor<A> prompts, Tensor<A> queries) {
        boolean fits = prompts.rank() == 3
                && prompts.dim(0) >= 1
                && prompts.dim(1) == dims + 1
                && prompts.dim(2) >= 2
                && Arrays.equals(queries.shape(), new int[] {prompts.dim(0), dims});
        if (!fits) {
            throw new IllegalArgumentException("prompts " + prompts + " and queries " + queries + ": expected [B, "
                    + (dims + 1) + ", T] and [B, " + dims + "] with B at least 1 and T at least 2");
        }
        return new Pass<>(this, prompts, queries);
    }

    /**
     * One step of plain gradient descent, as the theorems have it: p and W become less by rate times their gradients.
     *
     * @param gradients as {@link Pass#backward} leaves them, not modified
     */
    public void step(double rate, Parameters<A> gradients) {
        descend(rate, read(gradients.get(W_PV)), read(parameters.get(W_PV)));
        descend(rate, ask(gradients.get(W_KQ)), ask(parameters.get(W_KQ)));
    }

    private void descend(double rate, Matrix<A> gradient, Matrix<A> parameter) {
        Precision<A> precision = kernels.precision();
        for (int i = 0; i < parameter.rows(); i++) {
            for (int j = 0; j < parameter.cols(); j++) {
                int at = parameter.index(0, i, j);
                double change = rate * precision.get(gradient.array(), gradient.index(0, i, j));
                precision.set(parameter.array(), at, precision.get(parameter.array(), at) - change);
            }
        }
    }

    /** Forward and backward passes over one place of prompts, with all that they need, made once. */
    public static final class Pass<A> {
        private final Kernels<A> kernels;
        private final double scale;
        private final Parameters<A> gradients;
        private final Tensor<A> out;
        private final Tensor<A> dOut;
        private final Matrix<A> outRow;
        private final Matrix<A> dOutRow;
        private final Matrix<A> e;
        private final Matrix<A> queries;
        private final Matrix<A> p;
        private final Matrix<A> w;
        private final Matrix<A> v;
        private final Matrix<A> scores;
        private final Matrix<A> values;
        private final Matrix<A> dP;
        private final Matrix<A> dW;

        private Pass(LinearSelfAttention<A> model, Tensor<A> prompts, Tensor<A> queries) {
            int batch = prompts.dim(0);
            int length = prompts.dim(2);
            Precision<A> precision = prompts.precision();
            kernels = model.kernels;
            scale = 1.0 / (length - 1);
            gradients = model.parameters.zerosLike();
            out = Tensor.zeros(precision, batch);
            dOut = out.zerosLike();
            outRow = out.matrix();
            dOutRow = dOut.matrix();
            e = prompts.batch();
            this.queries = queries.matrix();
            p = model.read(model.parameters.get(W_PV));
            w = model.ask(model.parameters.get(W_KQ));
            v = Tensor.zeros(precision, batch, prompts.dim(1)).matrix();
            scores = Tensor.zeros(precision, batch, length).matrix();
            values = Tensor.zeros(precision, batch, length).matrix();
            dP = model.read(gradients.get(W_PV));
            dW = model.ask(gradients.get(W_KQ));
        }

        /** ŷ of every prompt, [B]; overwritten by the next pass. */
        public Tensor<A> forward() {
            kernels.gemm(1, queries, w.transposed(), 0, v);
            kernels.linearSelfAttention(scale, e, p, v, scores, values, outRow);
            return out;
        }

        /**
         * The loss of the last forward pass, (1/2B)·Σ (ŷ − y)², and its {@link #gradients}.
         *
         * @param targets y, [B]
         * @throws IllegalArgumentException if there is not one for each prompt
         */
        public double backward(Tensor<A> targets) {
            double loss = lossGradient(targets);
            for (int j = 0; j < dP.cols(); j++) {
                kernels.precision().set(dP.array(), dP.index(0, 0, j), 0);
            }
            // v has been read for the last time: its place is its gradient's.
            kernels.linearSelfAttentionBackward(scale, e, scores, values, dOutRow, dP, v);
            kernels.gemm(1, v.transposed(), queries, 0, dW);
            return loss;
        }

        private double lossGradient(Tensor<A> targets) {
            int batch = out.size();
            if (targets.size() != batch) {
                throw new IllegalArgumentException("targets " + targets + " for " + batch + " prompts");
            }
            double squares = 0;
            for (int b = 0; b < batch; b++) {
                double error = out.get(b) - targets.get(b);
                squares += error * error;
                dOut.set(b, error / batch);
            }
            return squares / (2.0 * batch);
        }

        /** Of the names and shapes of the parameters, 0 but for p and W; overwritten by the next {@link #backward}. */
        public Parameters<A> gradients() {
            return gradients;
        }
    }
}

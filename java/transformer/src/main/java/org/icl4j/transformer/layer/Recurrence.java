package org.icl4j.transformer.layer;

import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.layer.ParameterSpec.Role;
import org.icl4j.transformer.tensor.Tensor;

/**
 * What carries a state h along the sequence, between the product that feeds it ({@code in_proj}) and the one that reads it
 * ({@code c_proj}). The state before the first position is 0.
 */
interface Recurrence<A> {
    /** Numbers that the input product gives for each position. */
    int width();

    /** From pre [B, T, width] to h [B, T, C]. */
    void forward(Matrix<A> pre, Matrix<A> h);

    /**
     * Adds to the gradients of the recurrence's own parameters.
     *
     * @param dH gradient with respect to h, overwritten
     * @param dPre overwritten
     */
    void backward(Matrix<A> h, Matrix<A> dH, Matrix<A> dPre);

    /** One [rows, cols] of zeros for the whole batch. */
    static <A> Matrix<A> zeros(Workspace<A> workspace, int rows, int cols) {
        A array = workspace.scratchOf("zeros", rows, cols).array();
        return Matrix.batch(array, 0, workspace.batch(), 0, rows, cols, cols);
    }

    /** tanh(pre[t] + W·h[t − 1]). */
    final class Tanh<A> implements Recurrence<A> {
        private final Kernels<A> kernels;
        private final Matrix<A> weight;
        private final Matrix<A> dWeight;
        private final Matrix<A> initial;
        private final Matrix<A> dInitial;

        Tanh(int states, Weights<A> weights, Workspace<A> workspace) {
            this.kernels = weights.kernels();
            this.weight = weights.value("weight");
            this.dWeight = weights.gradient("weight");
            this.initial = zeros(workspace, 1, states);
            this.dInitial = workspace
                    .scratchOf("dInitial", workspace.batch(), 1, states)
                    .batch();
        }

        static void declare(Specs specs, int states) {
            specs.add("weight", Role.WEIGHT, states, states);
        }

        @Override
        public int width() {
            return weight.cols();
        }

        @Override
        public void forward(Matrix<A> pre, Matrix<A> h) {
            kernels.rnn(weight, initial, pre, h);
        }

        @Override
        public void backward(Matrix<A> h, Matrix<A> dH, Matrix<A> dPre) {
            kernels.rnnBackward(weight, initial, h, dH, dPre, dWeight, dInitial);
        }
    }

    /** Gated recurrent units. */
    final class Gated<A> implements Recurrence<A> {
        private final Kernels<A> kernels;
        private final Matrix<A> weight;
        private final Matrix<A> bias;
        private final Matrix<A> dWeight;
        private final Matrix<A> dBias;
        private final Matrix<A> initial;
        private final Matrix<A> dInitial;
        private final Matrix<A> gates;

        Gated(int states, Weights<A> weights, Workspace<A> workspace) {
            this.kernels = weights.kernels();
            this.weight = weights.value("weight");
            this.bias = weights.value("bias");
            this.dWeight = weights.gradient("weight");
            this.dBias = weights.gradient("bias");
            this.initial = zeros(workspace, 1, states);
            this.dInitial = workspace
                    .scratchOf("dInitial", workspace.batch(), 1, states)
                    .batch();
            this.gates = workspace.kept("gates", 4 * states).batch();
        }

        static void declare(Specs specs, int states) {
            specs.add("weight", Role.WEIGHT, 3 * states, states);
            specs.add("bias", Role.BIAS, 3 * states);
        }

        @Override
        public int width() {
            return weight.rows();
        }

        @Override
        public void forward(Matrix<A> pre, Matrix<A> h) {
            kernels.gru(weight, bias, initial, pre, gates, h);
        }

        @Override
        public void backward(Matrix<A> h, Matrix<A> dH, Matrix<A> dPre) {
            kernels.gruBackward(weight, initial, gates, h, dH, dPre, dWeight, dBias, dInitial);
        }
    }

    /** h[t] = σ(decay)∘h[t − 1] + pre[t]. */
    final class Diagonal<A> implements Recurrence<A> {
        private final Kernels<A> kernels;
        private final Matrix<A> decay;
        private final Matrix<A> dDecay;
        private final Matrix<A> a;
        private final Tensor<A> dA;
        private final Matrix<A> initial;
        private final Matrix<A> dInitial;

        Diagonal(int states, Weights<A> weights, Workspace<A> workspace) {
            this.kernels = weights.kernels();
            this.decay = weights.value("decay");
            this.dDecay = weights.gradient("decay");
            this.a = workspace.keptOf("a", states).matrix();
            this.dA = workspace.scratchOf("dA", states);
            this.initial = zeros(workspace, 1, states);
            this.dInitial = workspace
                    .scratchOf("dInitial", workspace.batch(), 1, states)
                    .batch();
        }

        static void declare(Specs specs, int states) {
            specs.add("decay", Role.DECAY, states);
        }

        @Override
        public int width() {
            return decay.cols();
        }

        @Override
        public void forward(Matrix<A> pre, Matrix<A> h) {
            kernels.sigmoid(decay, a);
            kernels.diagonalScan(a, initial, pre, h);
        }

        @Override
        public void backward(Matrix<A> h, Matrix<A> dH, Matrix<A> dPre) {
            dA.fill(0);
            Matrix<A> gradient = dA.matrix();
            kernels.diagonalScanBackward(a, initial, h, dH, dPre, gradient, dInitial);
            kernels.sigmoidBackward(a, gradient, gradient);
            kernels.add(dDecay, gradient, dDecay);
        }
    }
}

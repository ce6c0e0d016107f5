package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.SelectiveScan;

/**
 * The selective scan of one vector of channels of one batch entry, a lane a channel. States and their gradients are [N, LENGTH].
 *
 * <p>Working memory of the backward pass, in units of that size, with T positions: the states before each position and after the
 * last (T + 1), the gradients of c and of b at each position, lane by lane of the sums over channels (T each), and the gradient of
 * the states (1).
 *
 * @param rates a transposed, [N, D], D in whole vectors
 * @param b batch entry
 * @param first channel of the first lane
 */
record SelectiveChannels(SelectiveScan<float[]> in, float[] rates, int b, int first) {

    /** Room for the working memory of {@link #backward}. */
    static int scratchLength(int length, int nStates) {
        return Math.multiplyExact(3 * (length + 1), nStates * LENGTH);
    }

    private VectorMask<Float> mask() {
        return Lanes.first(Math.min(LENGTH, in.x().cols() - first));
    }

    private int nStates() {
        return in.a().cols();
    }

    private int ratesStep() {
        return Lanes.padded(in.a().rows());
    }

    /** y and the last states of these channels. */
    void forward(Matrix<float[]> y, Matrix<float[]> last, float[] states) {
        loadStates(in.initial(), states, 0);
        VectorMask<Float> mask = mask();
        for (int t = 0; t < y.rows(); t++) {
            step(t, mask, states, 0, 0);
            output(t, mask, states, y);
        }
        storeStates(states, 0, last);
    }

    private void loadStates(Matrix<float[]> from, float[] states, int at) {
        int lanes = Math.min(LENGTH, from.rows() - first);
        for (int n = 0; n < from.cols(); n++) {
            for (int lane = 0; lane < LENGTH; lane++) {
                states[at + n * LENGTH + lane] = lane < lanes ? from.array()[from.index(b, first + lane, n)] : 0;
            }
        }
    }

    private void storeStates(float[] states, int at, Matrix<float[]> to) {
        int lanes = Math.min(LENGTH, to.rows() - first);
        for (int lane = 0; lane < lanes; lane++) {
            for (int n = 0; n < to.cols(); n++) {
                to.array()[to.index(b, first + lane, n)] = states[at + n * LENGTH + lane];
            }
        }
    }

    /** after[n] ← exp(δ·a[n])∘before[n] + δ·x·b[n]; the two may be one. */
    private void step(int t, VectorMask<Float> mask, float[] states, int before, int after) {
        FloatVector delta = fromArray(SPECIES, in.delta().array(), in.delta().index(b, t, first), mask);
        FloatVector input = delta.mul(fromArray(SPECIES, in.x().array(), in.x().index(b, t, first), mask));
        float[] ofInput = in.b().array();
        int inputAt = in.b().index(b, t, 0);
        float[] rates = this.rates;
        int step = ratesStep();
        int nStates = nStates();
        for (int n = 0; n < nStates; n++) {
            FloatVector decay = VectorMath.exp(delta.mul(fromArray(SPECIES, rates, first + n * step)));
            FloatVector entering = input.mul(broadcast(SPECIES, ofInput[inputAt + n]));
            decay.fma(fromArray(SPECIES, states, before + n * LENGTH), entering).intoArray(states, after + n * LENGTH);
        }
    }

    /** y ← skip∘x + Σₙ c[n]·states[n]. */
    private void output(int t, VectorMask<Float> mask, float[] states, Matrix<float[]> y) {
        FloatVector skip = fromArray(SPECIES, in.skip().array(), in.skip().index(0, 0, first), mask);
        FloatVector sum = skip.mul(fromArray(SPECIES, in.x().array(), in.x().index(b, t, first), mask));
        float[] ofOutput = in.c().array();
        int outputAt = in.c().index(b, t, 0);
        int nStates = nStates();
        for (int n = 0; n < nStates; n++) {
            sum = broadcast(SPECIES, ofOutput[outputAt + n]).fma(fromArray(SPECIES, states, n * LENGTH), sum);
        }
        sum.intoArray(y.array(), y.index(b, t, first), mask);
    }

    /** Sets the sums over channels to 0. */
    static void clearSums(float[] working, int length, int nStates) {
        int sums = (length + 1) * nStates * LENGTH;
        Arrays.fill(working, sums, sums + 2 * length * nStates * LENGTH, 0);
    }

    /** The sums over channels of one batch entry as gradients of b and c. */
    static void storeSums(float[] working, Matrix<float[]> dB, Matrix<float[]> dC, int b) {
        int nStates = dB.cols();
        int sums = (dB.rows() + 1) * nStates * LENGTH;
        int half = dB.rows() * nStates * LENGTH;
        for (int t = 0; t < dB.rows(); t++) {
            for (int n = 0; n < nStates; n++) {
                int at = sums + (t * nStates + n) * LENGTH;
                dC.array()[dC.index(b, t, n)] = Lanes.sum(fromArray(SPECIES, working, at));
                dB.array()[dB.index(b, t, n)] = Lanes.sum(fromArray(SPECIES, working, at + half));
            }
        }
    }

    /**
     * The gradients of these channels; their shares in that of the by-pass at {@code share}, and in those of the rates behind it,
     * as far apart as in {@link #rates}.
     */
    void backward(
            Matrix<float[]> dY,
            Matrix<float[]> dLast,
            SelectiveScan<float[]> gradients,
            float[] working,
            float[] shares,
            int share) {
        int length = dY.rows();
        int size = nStates() * LENGTH;
        VectorMask<Float> mask = mask();
        loadStates(in.initial(), working, 0);
        for (int t = 0; t < length; t++) {
            step(t, mask, working, t * size, (t + 1) * size);
        }
        for (int n = 0; n <= nStates(); n++) {
            zero(SPECIES).intoArray(shares, share + n * ratesStep());
        }
        int g = (3 * length + 1) * size;
        loadStates(dLast, working, g);
        for (int t = length - 1; t >= 0; t--) {
            int sums = (length + 1 + t) * size;
            outputs(t, mask, dY, working, (t + 1) * size, g, sums, sums + length * size);
            FloatVector toInput = inputGradient(t, working, g);
            inputs(t, mask, toInput, dY, gradients.x(), shares, share);
            decays(t, mask, toInput, gradients.delta(), working, t * size, g, shares, share + ratesStep());
        }
        storeStates(working, g, gradients.initial());
    }

    /** g[n] += dY·c[n], and the terms of the sums over channels. Lanes beyond the channels may hold 0·∞ and must not reach them. */
    private void outputs(
            int t, VectorMask<Float> mask, Matrix<float[]> dY, float[] working, int after, int g, int sumC, int sumB) {
        FloatVector dOut = fromArray(SPECIES, dY.array(), dY.index(b, t, first), mask);
        FloatVector delta = fromArray(SPECIES, in.delta().array(), in.delta().index(b, t, first), mask);
        FloatVector input = delta.mul(fromArray(SPECIES, in.x().array(), in.x().index(b, t, first), mask));
        float[] ofOutput = in.c().array();
        int outputAt = in.c().index(b, t, 0);
        int nStates = nStates();
        for (int n = 0; n < nStates; n++) {
            int at = n * LENGTH;
            FloatVector gradient =
                    dOut.fma(broadcast(SPECIES, ofOutput[outputAt + n]), fromArray(SPECIES, working, g + at));
            gradient.intoArray(working, g + at);
            FloatVector ofC = dOut.mul(fromArray(SPECIES, working, after + at));
            fromArray(SPECIES, working, sumC + at).add(ofC, mask).intoArray(working, sumC + at);
            fromArray(SPECIES, working, sumB + at)
                    .add(gradient.mul(input), mask)
                    .intoArray(working, sumB + at);
        }
    }

    /** Σₙ g[n]·b[n]. */
    private FloatVector inputGradient(int t, float[] working, int g) {
        float[] ofInput = in.b().array();
        int inputAt = in.b().index(b, t, 0);
        int nStates = nStates();
        FloatVector sum = zero(SPECIES);
        for (int n = 0; n < nStates; n++) {
            sum = broadcast(SPECIES, ofInput[inputAt + n]).fma(fromArray(SPECIES, working, g + n * LENGTH), sum);
        }
        return sum;
    }

    /** dX ← δ·toInput + skip·dY, and the share of the by-pass. */
    private void inputs(
            int t,
            VectorMask<Float> mask,
            FloatVector toInput,
            Matrix<float[]> dY,
            Matrix<float[]> dX,
            float[] shares,
            int share) {
        FloatVector x = fromArray(SPECIES, in.x().array(), in.x().index(b, t, first), mask);
        FloatVector delta = fromArray(SPECIES, in.delta().array(), in.delta().index(b, t, first), mask);
        FloatVector dOut = fromArray(SPECIES, dY.array(), dY.index(b, t, first), mask);
        FloatVector skip = fromArray(SPECIES, in.skip().array(), in.skip().index(0, 0, first), mask);
        delta.fma(toInput, skip.mul(dOut)).intoArray(dX.array(), dX.index(b, t, first), mask);
        fromArray(SPECIES, shares, share).add(dOut.mul(x)).intoArray(shares, share);
    }

    /** dDelta ← x·toInput + Σₙ e[n]·g[n]·before[n]·a[n] with e = exp(δ·a), g[n] ← e[n]·g[n], and the shares of the rates. */
    private void decays(
            int t,
            VectorMask<Float> mask,
            FloatVector toInput,
            Matrix<float[]> dDelta,
            float[] working,
            int before,
            int g,
            float[] shares,
            int share) {
        FloatVector delta = fromArray(SPECIES, in.delta().array(), in.delta().index(b, t, first), mask);
        FloatVector x = fromArray(SPECIES, in.x().array(), in.x().index(b, t, first), mask);
        float[] rates = this.rates;
        int step = ratesStep();
        int nStates = nStates();
        FloatVector sum = zero(SPECIES);
        for (int n = 0; n < nStates; n++) {
            FloatVector rate = fromArray(SPECIES, rates, first + n * step);
            FloatVector gradient = fromArray(SPECIES, working, g + n * LENGTH).mul(VectorMath.exp(delta.mul(rate)));
            gradient.intoArray(working, g + n * LENGTH);
            FloatVector product = gradient.mul(fromArray(SPECIES, working, before + n * LENGTH));
            sum = product.fma(rate, sum);
            product.fma(delta, fromArray(SPECIES, shares, share + n * step)).intoArray(shares, share + n * step);
        }
        x.fma(toInput, sum).intoArray(dDelta.array(), dDelta.index(b, t, first), mask);
    }
}

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
 * The selective scan of one vector of channels of one batch entry, a lane a channel; {@code first} is the channel of the first lane.
 * States and their gradients are [N, LENGTH].
 *
 * <p>Working memory of the backward pass, in units of that size, with T positions: the states before each position and after the
 * last (T + 1), the gradients of c and of b at each position, lane by lane of the sums over channels (T each), and the gradient of
 * the states (1).
 *
 * <p>What one pass over the states finds goes to the next through memory: as a vector handed to a method it would be an object.
 *
 * @param rates a transposed, [N, D], D in whole vectors
 */
record SelectiveChannels(SelectiveScan<float[]> in, float[] rates) {

    /** Room for the working memory of {@link #forward}. */
    int scratchLength() {
        return Math.multiplyExact(nStates(), LENGTH);
    }

    /** Room for the working memory of {@link #backward}. */
    int backwardScratchLength() {
        return Math.multiplyExact(3 * (in.x().rows() + 1), nStates() * LENGTH);
    }

    private VectorMask<Float> mask(int first) {
        return Lanes.keptFirst(in.x().cols() - first);
    }

    private int nStates() {
        return in.a().cols();
    }

    private int ratesStep() {
        return Lanes.padded(in.a().rows());
    }

    /** y and the last states of these channels. */
    void forward(int b, int first, Matrix<float[]> y, Matrix<float[]> last, float[] states) {
        loadStates(in.initial(), b, first, states, 0);
        VectorMask<Float> mask = mask(first);
        for (int t = 0; t < y.rows(); t++) {
            step(b, first, t, mask, states, 0, 0);
            output(b, first, t, mask, states, y);
        }
        storeStates(states, 0, last, b, first);
    }

    private static void loadStates(Matrix<float[]> from, int b, int first, float[] states, int at) {
        int lanes = Math.min(LENGTH, from.rows() - first);
        for (int n = 0; n < from.cols(); n++) {
            for (int lane = 0; lane < LENGTH; lane++) {
                states[at + n * LENGTH + lane] = lane < lanes ? from.array()[from.index(b, first + lane, n)] : 0;
            }
        }
    }

    private static void storeStates(float[] states, int at, Matrix<float[]> to, int b, int first) {
        int lanes = Math.min(LENGTH, to.rows() - first);
        for (int lane = 0; lane < lanes; lane++) {
            for (int n = 0; n < to.cols(); n++) {
                to.array()[to.index(b, first + lane, n)] = states[at + n * LENGTH + lane];
            }
        }
    }

    private void step(int b, int first, int t, VectorMask<Float> mask, float[] states, int before, int after) {
        step(
                nStates(),
                in.delta().array(),
                in.delta().index(b, t, first),
                in.x().array(),
                in.x().index(b, t, first),
                in.b().array(),
                in.b().index(b, t, 0),
                rates,
                first,
                ratesStep(),
                states,
                before,
                after,
                mask);
    }

    /** after[n] ← exp(δ·a[n])∘before[n] + δ·x·b[n]; the two may be one. */
    private static void step(
            int nStates,
            float[] deltas,
            int deltaAt,
            float[] xs,
            int xAt,
            float[] ofInput,
            int inputAt,
            float[] rates,
            int rateAt,
            int rateStep,
            float[] states,
            int before,
            int after,
            VectorMask<Float> mask) {
        FloatVector delta = fromArray(SPECIES, deltas, deltaAt, mask);
        FloatVector input = delta.mul(fromArray(SPECIES, xs, xAt, mask));
        for (int n = 0; n < nStates; n++) {
            FloatVector decay = VectorMath.exp(delta.mul(fromArray(SPECIES, rates, rateAt + n * rateStep)));
            FloatVector entering = input.mul(broadcast(SPECIES, ofInput[inputAt + n]));
            decay.fma(fromArray(SPECIES, states, before + n * LENGTH), entering).intoArray(states, after + n * LENGTH);
        }
    }

    /** y ← skip∘x + Σₙ c[n]·states[n]. */
    private void output(int b, int first, int t, VectorMask<Float> mask, float[] states, Matrix<float[]> y) {
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
    void clearSums(float[] working) {
        int size = nStates() * LENGTH;
        int length = in.x().rows();
        int sums = (length + 1) * size;
        Arrays.fill(working, sums, sums + 2 * length * size, 0);
    }

    /** The sums over channels of one batch entry as gradients of b and c. */
    static void storeSums(float[] working, Matrix<float[]> dB, Matrix<float[]> dC, int b) {
        int nStates = dB.cols();
        int sums = (dB.rows() + 1) * nStates * LENGTH;
        int half = dB.rows() * nStates * LENGTH;
        for (int t = 0; t < dB.rows(); t++) {
            for (int n = 0; n < nStates; n++) {
                int at = sums + (t * nStates + n) * LENGTH;
                dC.array()[dC.index(b, t, n)] = Lanes.sum(working, at);
                dB.array()[dB.index(b, t, n)] = Lanes.sum(working, at + half);
            }
        }
    }

    /**
     * The gradients of these channels; their shares in that of the by-pass at {@code share}, and in those of the rates behind it,
     * as far apart as in {@link #rates}.
     */
    void backward(
            int b,
            int first,
            Matrix<float[]> dY,
            Matrix<float[]> dLast,
            SelectiveScan<float[]> gradients,
            float[] working,
            float[] shares,
            int share) {
        int length = dY.rows();
        int size = nStates() * LENGTH;
        VectorMask<Float> mask = mask(first);
        loadStates(in.initial(), b, first, working, 0);
        for (int t = 0; t < length; t++) {
            step(b, first, t, mask, working, t * size, (t + 1) * size);
        }
        for (int n = 0; n <= nStates(); n++) {
            Arrays.fill(shares, share + n * ratesStep(), share + n * ratesStep() + LENGTH, 0);
        }
        int g = (3 * length + 1) * size;
        loadStates(dLast, b, first, working, g);
        for (int t = length - 1; t >= 0; t--) {
            int sums = (length + 1 + t) * size;
            outputs(b, first, t, mask, dY, working, (t + 1) * size, g, sums, sums + length * size);
            inputs(b, first, t, mask, dY, gradients, working, g, shares, share);
            decays(b, first, t, mask, gradients.delta(), working, t * size, g, shares, share + ratesStep());
        }
        storeStates(working, g, gradients.initial(), b, first);
    }

    /** g[n] += dY·c[n], and the terms of the sums over channels. Lanes beyond the channels may hold 0·∞ and must not reach them. */
    private void outputs(
            int b,
            int first,
            int t,
            VectorMask<Float> mask,
            Matrix<float[]> dY,
            float[] working,
            int after,
            int g,
            int sumC,
            int sumB) {
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

    /** With i = Σₙ g[n]·b[n]: dX ← δ·i + skip·dY, the share of the by-pass, and i itself to dDelta. */
    private void inputs(
            int b,
            int first,
            int t,
            VectorMask<Float> mask,
            Matrix<float[]> dY,
            SelectiveScan<float[]> gradients,
            float[] working,
            int g,
            float[] shares,
            int share) {
        float[] ofInput = in.b().array();
        int inputAt = in.b().index(b, t, 0);
        int nStates = nStates();
        FloatVector sum = zero(SPECIES);
        for (int n = 0; n < nStates; n++) {
            sum = broadcast(SPECIES, ofInput[inputAt + n]).fma(fromArray(SPECIES, working, g + n * LENGTH), sum);
        }
        Matrix<float[]> dX = gradients.x();
        Matrix<float[]> dDelta = gradients.delta();
        sum.intoArray(dDelta.array(), dDelta.index(b, t, first), mask);
        FloatVector x = fromArray(SPECIES, in.x().array(), in.x().index(b, t, first), mask);
        FloatVector delta = fromArray(SPECIES, in.delta().array(), in.delta().index(b, t, first), mask);
        FloatVector dOut = fromArray(SPECIES, dY.array(), dY.index(b, t, first), mask);
        FloatVector skip = fromArray(SPECIES, in.skip().array(), in.skip().index(0, 0, first), mask);
        delta.fma(sum, skip.mul(dOut)).intoArray(dX.array(), dX.index(b, t, first), mask);
        fromArray(SPECIES, shares, share).add(dOut.mul(x)).intoArray(shares, share);
    }

    /** dDelta, which holds i, becomes x·i + Σₙ e[n]·g[n]·before[n]·a[n] with e = exp(δ·a); g[n] ← e[n]·g[n]; shares of the rates. */
    private void decays(
            int b,
            int first,
            int t,
            VectorMask<Float> mask,
            Matrix<float[]> dDelta,
            float[] working,
            int before,
            int g,
            float[] shares,
            int share) {
        FloatVector delta = fromArray(SPECIES, in.delta().array(), in.delta().index(b, t, first), mask);
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
        FloatVector x = fromArray(SPECIES, in.x().array(), in.x().index(b, t, first), mask);
        int at = dDelta.index(b, t, first);
        x.fma(fromArray(SPECIES, dDelta.array(), at, mask), sum).intoArray(dDelta.array(), at, mask);
    }
}

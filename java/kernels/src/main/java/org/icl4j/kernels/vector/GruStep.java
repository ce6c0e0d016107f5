package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.icl4j.kernels.Matrix;

/** What the gated recurrent unit does with a row of one batch entry once its product with the weights is there. */
final class GruStep {
    /** Not final, as {@link OwnMethod} says. */
    private static MethodHandle slopes = OwnMethod.of(
            MethodHandles.lookup(),
            "slopes",
            float[].class,
            int.class,
            int.class,
            float[].class,
            int.class,
            float[].class,
            int.class,
            float[].class,
            int.class,
            float[].class,
            int.class,
            int.class);

    private GruStep() {}

    /** The row of gates, which holds u, becomes r, z, u_n, n; then h[t]. */
    static void forward(
            Matrix<float[]> initial, Matrix<float[]> pre, Matrix<float[]> gates, Matrix<float[]> h, int b, int t) {
        int n = h.cols();
        int preAt = pre.index(b, t, 0);
        int gatesAt = gates.index(b, t, 0);
        Matrix<float[]> before = t == 0 ? initial : h;
        int beforeAt = before.index(b, Math.max(0, t - 1), 0);
        resetAndUpdate(pre.array(), preAt, gates.array(), gatesAt, 2 * n);
        candidate(pre.array(), preAt + 2 * n, gates.array(), gatesAt, n);
        mix(gates.array(), gatesAt, before.array(), beforeAt, h.array(), h.index(b, t, 0), n);
    }

    private static void resetAndUpdate(float[] pre, int preAt, float[] gates, int gatesAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector argument = sum(pre, preAt + i, gates, gatesAt + i, mask);
            Hyperbolic.sigmoid(argument).intoArray(gates, gatesAt + i, mask);
        }
    }

    private static void candidate(float[] pre, int preAt, float[] gates, int gatesAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector reset = fromArray(SPECIES, gates, gatesAt + i, mask);
            FloatVector inner = fromArray(SPECIES, gates, gatesAt + 2 * n + i, mask);
            FloatVector argument = reset.fma(inner, fromArray(SPECIES, pre, preAt + i, mask));
            Hyperbolic.tanh(argument).intoArray(gates, gatesAt + 3 * n + i, mask);
        }
    }

    private static void mix(float[] gates, int gatesAt, float[] before, int beforeAt, float[] h, int hAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector update = fromArray(SPECIES, gates, gatesAt + n + i, mask);
            FloatVector candidate = fromArray(SPECIES, gates, gatesAt + 3 * n + i, mask);
            FloatVector kept = update.mul(fromArray(SPECIES, before, beforeAt + i, mask));
            broadcast(SPECIES, 1).sub(update).fma(candidate, kept).intoArray(h, hAt + i, mask);
        }
    }

    private static FloatVector sum(float[] x, int xAt, float[] y, int yAt, VectorMask<Float> mask) {
        return fromArray(SPECIES, x, xAt, mask).add(fromArray(SPECIES, y, yAt, mask));
    }

    /**
     * dPre[t], and for the product with the weights the row dU; {@code rows} at {@code later} holds the gradient of h[t] that came
     * from later steps, and after it the share g∘z of that of h[t − 1].
     */
    static void backward(
            float[] rows,
            int later,
            int dU,
            Matrix<float[]> initial,
            Matrix<float[]> gates,
            Matrix<float[]> h,
            Matrix<float[]> dH,
            Matrix<float[]> dPre,
            int b,
            int t) {
        Matrix<float[]> before = t == 0 ? initial : h;
        int beforeAt = before.index(b, Math.max(0, t - 1), 0);
        int gatesAt = gates.index(b, t, 0);
        int dHAt = dH.index(b, t, 0);
        int dPreAt = dPre.index(b, t, 0);
        try {
            slopes.invokeExact(
                    rows,
                    later,
                    dU,
                    before.array(),
                    beforeAt,
                    gates.array(),
                    gatesAt,
                    dH.array(),
                    dHAt,
                    dPre.array(),
                    dPreAt,
                    h.cols());
        } catch (Throwable e) {
            throw OwnMethod.unchecked(e);
        }
        System.arraycopy(dPre.array(), dPreAt, rows, dU, 2 * h.cols());
    }

    private static void slopes(
            float[] rows,
            int later,
            int dU,
            float[] before,
            int beforeAt,
            float[] gates,
            int gatesAt,
            float[] dH,
            int dHAt,
            float[] dPre,
            int dPreAt,
            int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            FloatVector reset = fromArray(SPECIES, gates, gatesAt + i, mask);
            FloatVector update = fromArray(SPECIES, gates, gatesAt + n + i, mask);
            FloatVector inner = fromArray(SPECIES, gates, gatesAt + 2 * n + i, mask);
            FloatVector candidate = fromArray(SPECIES, gates, gatesAt + 3 * n + i, mask);
            FloatVector g = sum(dH, dHAt + i, rows, later + i, mask);
            FloatVector rest = broadcast(SPECIES, 1).sub(update);
            FloatVector dCandidate = g.mul(rest).mul(Hyperbolic.tanhSlope(candidate));
            FloatVector dUpdate = g.mul(
                            fromArray(SPECIES, before, beforeAt + i, mask).sub(candidate))
                    .mul(update)
                    .mul(rest);
            FloatVector dReset =
                    dCandidate.mul(inner).mul(reset).mul(broadcast(SPECIES, 1).sub(reset));
            dReset.intoArray(dPre, dPreAt + i, mask);
            dUpdate.intoArray(dPre, dPreAt + n + i, mask);
            dCandidate.intoArray(dPre, dPreAt + 2 * n + i, mask);
            dCandidate.mul(reset).intoArray(rows, dU + 2 * n + i, mask);
            g.mul(update).intoArray(rows, later + i, mask);
        }
    }

    /** The row {@code dU} at {@code at} ← dPre[t] with its last part multiplied by r; dBias += dU. */
    static void contributionGradient(
            Matrix<float[]> dPre, Matrix<float[]> gates, int b, int t, float[] dU, int at, Matrix<float[]> dBias) {
        int n = dPre.cols() / 3;
        System.arraycopy(dPre.array(), dPre.index(b, t, 0), dU, at, 3 * n);
        multiply(dU, at + 2 * n, gates.array(), gates.index(b, t, 0), n);
        add(dBias.array(), dBias.offset(), dU, at, 3 * n);
    }

    private static void multiply(float[] x, int xAt, float[] by, int byAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            fromArray(SPECIES, x, xAt + i, mask)
                    .mul(fromArray(SPECIES, by, byAt + i, mask))
                    .intoArray(x, xAt + i, mask);
        }
    }

    private static void add(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, n);
            fromArray(SPECIES, x, xAt + i, mask)
                    .add(fromArray(SPECIES, y, yAt + i, mask))
                    .intoArray(x, xAt + i, mask);
        }
    }
}

package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;
import static org.icl4j.kernels.vector.Lanes.VECTOR;
import static org.icl4j.kernels.vector.RowTasks.rowStart;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.PositionKernels;
import org.icl4j.kernels.Rotary;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.kernels.RotaryPairing;

/** {@link PositionKernels} on vectors: a row at a time, its angles shared by all heads. */
final class VectorPositions implements PositionKernels<float[]> {
    private static final int HALF = LENGTH / 2;

    /** Neighbours change places. */
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(Lanes.SPECIES, lane -> lane ^ 1);

    /** Each of the lower lanes twice. */
    private static final VectorShuffle<Float> TWICE = VectorShuffle.fromOp(Lanes.SPECIES, lane -> lane / 2);

    private static final VectorMask<Float> LOWER = SPECIES.indexInRange(0, HALF);

    private static final VectorMask<Float> EVEN = VectorMask.fromLong(Lanes.SPECIES, 0x5555_5555_5555_5555L);

    private final RowTasks tasks;

    VectorPositions(RowTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public void rotary(Rotary heads, RotaryAngles<float[]> angles, Matrix<float[]> x, Matrix<float[]> y) {
        rotate(heads, angles, 1, x, y);
    }

    @Override
    public void rotaryBackward(Rotary heads, RotaryAngles<float[]> angles, Matrix<float[]> dy, Matrix<float[]> dx) {
        rotate(heads, angles, -1, dy, dx);
    }

    private void rotate(
            Rotary heads, RotaryAngles<float[]> angles, float direction, Matrix<float[]> x, Matrix<float[]> y) {
        int dHead = x.cols() / heads.nHeads();
        tasks.forEachRow(x, row -> {
            int t = row % x.rows();
            int xAt = rowStart(x, row);
            int yAt = rowStart(y, row);
            for (int first = 0; first < x.cols(); first += dHead) {
                head(heads.pairing(), angles, t, direction, x.array(), xAt + first, y.array(), yAt + first, dHead);
            }
        });
    }

    private static void head(
            RotaryPairing pairing,
            RotaryAngles<float[]> angles,
            int t,
            float direction,
            float[] x,
            int xAt,
            float[] y,
            int yAt,
            int dHead) {
        int pairs = angles.cos().cols();
        float[] cos = angles.cos().array();
        float[] sin = angles.sin().array();
        int cosAt = angles.cos().index(0, t, 0);
        int sinAt = angles.sin().index(0, t, 0);
        switch (pairing) {
            case HALVES -> halves(cos, cosAt, sin, sinAt, direction, x, xAt, y, yAt, pairs);
            case INTERLEAVED -> interleaved(cos, cosAt, sin, sinAt, direction, x, xAt, y, yAt, pairs);
        }
        int turned = 2 * pairs;
        if (turned < dHead) {
            System.arraycopy(x, xAt + turned, y, yAt + turned, dHead - turned);
        }
    }

    private static void halves(
            float[] cos,
            int cosAt,
            float[] sin,
            int sinAt,
            float direction,
            float[] x,
            int xAt,
            float[] y,
            int yAt,
            int pairs) {
        int i = 0;
        for (; i < Lanes.bound(pairs); i += LENGTH) {
            FloatVector c = fromArray(SPECIES, cos, cosAt + i);
            FloatVector s = VECTOR.cast(fromArray(SPECIES, sin, sinAt + i)).mul(direction);
            FloatVector u = VECTOR.cast(fromArray(SPECIES, x, xAt + i));
            FloatVector v = VECTOR.cast(fromArray(SPECIES, x, xAt + pairs + i));
            u.fma(c, v.mul(s).neg()).intoArray(y, yAt + i);
            v.fma(c, u.mul(s)).intoArray(y, yAt + pairs + i);
        }
        if (i < pairs) {
            VectorMask<Float> mask = SPECIES.indexInRange(0, pairs - i);
            FloatVector c = fromArray(SPECIES, cos, cosAt + i, mask);
            FloatVector s =
                    VECTOR.cast(fromArray(SPECIES, sin, sinAt + i, mask)).mul(direction);
            FloatVector u = VECTOR.cast(fromArray(SPECIES, x, xAt + i, mask));
            FloatVector v = VECTOR.cast(fromArray(SPECIES, x, xAt + pairs + i, mask));
            u.fma(c, v.mul(s).neg()).intoArray(y, yAt + i, mask);
            v.fma(c, u.mul(s)).intoArray(y, yAt + pairs + i, mask);
        }
    }

    /** As {@link #halves}, rounding for rounding: a product with −sin θ is minus the product. */
    private static void interleaved(
            float[] cos,
            int cosAt,
            float[] sin,
            int sinAt,
            float direction,
            float[] x,
            int xAt,
            float[] y,
            int yAt,
            int pairs) {
        int i = 0;
        for (; i + HALF <= pairs; i += HALF) {
            FloatVector c = fromArray(SPECIES, cos, cosAt + i, LOWER).rearrange(TWICE);
            FloatVector s =
                    fromArray(SPECIES, sin, sinAt + i, LOWER).mul(direction).rearrange(TWICE);
            FloatVector u = fromArray(SPECIES, x, xAt + 2 * i);
            FloatVector v = u.rearrange(SWAP).mul(s.lanewise(VectorOperators.NEG, EVEN));
            u.fma(c, v).intoArray(y, yAt + 2 * i);
        }
        if (i < pairs) {
            int n = pairs - i;
            VectorMask<Float> ofPairs = SPECIES.indexInRange(0, n);
            VectorMask<Float> mask = SPECIES.indexInRange(0, 2 * n);
            FloatVector c = fromArray(SPECIES, cos, cosAt + i, ofPairs).rearrange(TWICE);
            FloatVector s =
                    fromArray(SPECIES, sin, sinAt + i, ofPairs).mul(direction).rearrange(TWICE);
            FloatVector u = fromArray(SPECIES, x, xAt + 2 * i, mask);
            FloatVector v = u.rearrange(SWAP).mul(s.lanewise(VectorOperators.NEG, EVEN));
            u.fma(c, v).intoArray(y, yAt + 2 * i, mask);
        }
    }
}

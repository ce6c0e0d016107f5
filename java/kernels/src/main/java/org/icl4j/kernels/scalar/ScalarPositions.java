package org.icl4j.kernels.scalar;

import static org.icl4j.kernels.scalar.Elements.forEachRow;

import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.PositionKernels;
import org.icl4j.kernels.Rotary;
import org.icl4j.kernels.RotaryAngles;
import org.icl4j.kernels.RotaryPairing;

/** {@link PositionKernels} by their formulas. */
final class ScalarPositions<A> implements PositionKernels<A> {
    private final Elements<A> at;

    ScalarPositions(Elements<A> at) {
        this.at = at;
    }

    @Override
    public void rotary(Rotary heads, RotaryAngles<A> angles, Matrix<A> x, Matrix<A> y) {
        rotate(heads, angles, 1, x, y);
    }

    @Override
    public void rotaryBackward(Rotary heads, RotaryAngles<A> angles, Matrix<A> dy, Matrix<A> dx) {
        rotate(heads, angles, -1, dy, dx);
    }

    private void rotate(Rotary heads, RotaryAngles<A> angles, int direction, Matrix<A> x, Matrix<A> y) {
        int dHead = x.cols() / heads.nHeads();
        int pairs = angles.cos().cols();
        boolean interleaved = heads.pairing() == RotaryPairing.INTERLEAVED;
        forEachRow(x, (b, t) -> {
            for (int first = 0; first < x.cols(); first += dHead) {
                for (int i = 0; i < pairs; i++) {
                    int one = first + (interleaved ? 2 * i : i);
                    double cos = at.get(angles.cos(), 0, t, i);
                    double sin = direction * at.get(angles.sin(), 0, t, i);
                    rotate(x, y, b, t, one, one + (interleaved ? 1 : pairs), cos, sin);
                }
                for (int j = first + 2 * pairs; j < first + dHead; j++) {
                    at.set(y, b, t, j, at.get(x, b, t, j));
                }
            }
        });
    }

    private void rotate(Matrix<A> x, Matrix<A> y, int b, int t, int one, int other, double cos, double sin) {
        double u = at.get(x, b, t, one);
        double v = at.get(x, b, t, other);
        at.set(y, b, t, one, u * cos - v * sin);
        at.set(y, b, t, other, v * cos + u * sin);
    }
}

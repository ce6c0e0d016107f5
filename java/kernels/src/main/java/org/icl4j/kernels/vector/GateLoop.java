package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The loop of {@link GateGradient}; only its copies run, each with the steps of its form as class data. */
final class GateLoop {
    private static final GateSteps STEPS = ClassCopy.constant(MethodHandles.lookup(), GateSteps.class);

    private GateLoop() {}

    /** dx ← dy·a(g), dg ← dy·x·a′(g). The longest step is the last that is called: see {@link VectorMath}. */
    static void whole(
            float[] x,
            int xAt,
            float[] g,
            int gAt,
            float[] dy,
            int dyAt,
            float[] dx,
            int dxAt,
            float[] dg,
            int dgAt,
            int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FloatVector gate = fromArray(SPECIES, g, gAt + i);
            FloatVector e = STEPS.exponential().apply(gate, gate, gate);
            FloatVector weight = STEPS.weight().apply(gate, gate, gate);
            FloatVector share = STEPS.share().apply(gate, e, gate);
            if (STEPS.logistic()) {
                weight = weight.mul(share).mul(share);
            }
            FloatVector slope = weight.fma(e, share).blend(share, gate.abs().compare(VectorOperators.GT, STEPS.end()));
            // a(−∞) is −0.
            FloatVector activation =
                    gate.mul(share).blend(-0f, gate.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
            FloatVector d = fromArray(SPECIES, dy, dyAt + i);
            slope = slope.mul(fromArray(SPECIES, x, xAt + i));
            activation.mul(d).intoArray(dx, dxAt + i);
            slope.mul(d).intoArray(dg, dgAt + i);
        }
    }
}

package org.icl4j.kernels.vector;

import static jdk.incubator.vector.FloatVector.fromArray;
import static org.icl4j.kernels.vector.Lanes.LENGTH;
import static org.icl4j.kernels.vector.Lanes.SPECIES;

import java.lang.invoke.MethodHandles;

/** The loop of {@link LaneMap}; only its copies run, each with the function that it is given as class data. */
final class LaneLoop {
    private static final LaneFunction FUNCTION = ClassCopy.constant(MethodHandles.lookup(), LaneFunction.class);

    private LaneLoop() {}

    static void whole(float[] x, int xAt, float[] y, int yAt, float[] z, int zAt, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += LENGTH) {
            FUNCTION.apply(
                            fromArray(SPECIES, x, xAt + i),
                            fromArray(SPECIES, y, yAt + i),
                            fromArray(SPECIES, z, zAt + i))
                    .intoArray(to, toAt + i);
        }
    }
}

package org.icl4j.kernels.vector;

import jdk.incubator.vector.FloatVector;

/** A function of up to three numbers, on vectors of them. */
@FunctionalInterface
interface LaneFunction {
    FloatVector apply(FloatVector x, FloatVector y, FloatVector z);
}

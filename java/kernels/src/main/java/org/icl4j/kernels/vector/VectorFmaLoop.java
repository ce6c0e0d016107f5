package org.icl4j.kernels.vector;

import java.util.function.DoubleSupplier;
import jdk.incubator.vector.FloatVector;

/** Fused multiply-adds from registers, in as many chains as hide their latency on any CPU: the ceiling of the products. */
public final class VectorFmaLoop implements DoubleSupplier {
    /** Chains: twice the latency of 4 cycles on two ports. */
    static final int CHAINS = 16;

    private static final int ITERATIONS = 20_000;
    private static final int ROUNDS = 60;

    private static volatile float sink;

    /** Loaded by name. */
    public VectorFmaLoop() {}

    /** The best of some rounds, in GFLOP/s. */
    @Override
    public double getAsDouble() {
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            sink = chains(ITERATIONS);
            best = Math.max(best, 2.0 * CHAINS * Lanes.LENGTH * ITERATIONS / (System.nanoTime() - start));
        }
        return best;
    }

    /** {@code n} steps of all chains. */
    static float chains(int n) {
        FloatVector x = Lanes.broadcast(0.999f);
        FloatVector y = Lanes.broadcast(0.001f);
        FloatVector s0 = x;
        FloatVector s1 = x;
        FloatVector s2 = x;
        FloatVector s3 = x;
        FloatVector s4 = x;
        FloatVector s5 = x;
        FloatVector s6 = x;
        FloatVector s7 = x;
        FloatVector s8 = x;
        FloatVector s9 = x;
        FloatVector s10 = x;
        FloatVector s11 = x;
        FloatVector s12 = x;
        FloatVector s13 = x;
        FloatVector s14 = x;
        FloatVector s15 = x;
        for (int i = 0; i < n; i++) {
            s0 = s0.fma(x, y);
            s1 = s1.fma(x, y);
            s2 = s2.fma(x, y);
            s3 = s3.fma(x, y);
            s4 = s4.fma(x, y);
            s5 = s5.fma(x, y);
            s6 = s6.fma(x, y);
            s7 = s7.fma(x, y);
            s8 = s8.fma(x, y);
            s9 = s9.fma(x, y);
            s10 = s10.fma(x, y);
            s11 = s11.fma(x, y);
            s12 = s12.fma(x, y);
            s13 = s13.fma(x, y);
            s14 = s14.fma(x, y);
            s15 = s15.fma(x, y);
        }
        FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7);
        FloatVector high =
                s8.add(s9).add(s10).add(s11).add(s12).add(s13).add(s14).add(s15);
        return Lanes.sum(low.add(high));
    }
}

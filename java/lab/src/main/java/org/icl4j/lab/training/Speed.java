package org.icl4j.lab.training;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.icl4j.kernels.workload.LimitsUnavailableException;
import org.icl4j.kernels.workload.MachineLimits;

/** How fast training goes, in the operations that the model's products need, of late, and which part of what the CPU can do that is. */
final class Speed {
    private static final long WINDOW_NANOS = 1_000_000_000;
    private static final double PERCENT = 100;

    private final DoubleSupplier operationsOfStep;
    private final OptionalDouble limit;
    private final LongSupplier nanos;
    private long since;
    private double operations;
    private String note = "";

    /**
     * @param operationsOfStep floating-point operations of the products of a step
     * @param limit operations that the CPU can do in a nanosecond, if known
     * @param nanos the time
     */
    Speed(DoubleSupplier operationsOfStep, OptionalDouble limit, LongSupplier nanos) {
        this.operationsOfStep = operationsOfStep;
        this.limit = limit;
        this.nanos = nanos;
    }

    /** What this many threads can do, which takes some tenths of a second to measure; empty where it cannot be measured. */
    static OptionalDouble limit(int threads) {
        try {
            return OptionalDouble.of(MachineLimits.measureGflops(threads));
        } catch (LimitsUnavailableException e) {
            return OptionalDouble.empty();
        }
    }

    /** Steps follow; what lay between them and those before is not counted. */
    void begin() {
        since = nanos.getAsLong();
        operations = 0;
    }

    /** One more step is done. */
    void stepped() {
        operations += operationsOfStep.getAsDouble();
        long now = nanos.getAsLong();
        if (now - since >= WINDOW_NANOS) {
            double rate = operations / (now - since);
            note = String.format(Locale.ROOT, "  %.1f GFLOP/s", rate);
            limit.ifPresent(
                    most -> note += String.format(Locale.ROOT, ", %.0f %% of the CPU's", PERCENT * rate / most));
            since = now;
            operations = 0;
        }
    }

    /** The rate over the last second, in words; empty before it is known. */
    String note() {
        return note;
    }
}

package org.icl4j.bench.survey;

import java.util.LinkedHashMap;
import java.util.Map;
import org.icl4j.kernels.workload.Cost;
import org.icl4j.kernels.workload.MachineLimits;
import org.icl4j.kernels.workload.Workload;

/**
 * One line of a survey.
 *
 * @param kernel name of the kernel or step, or of the ceiling
 * @param shape sizes and variant
 * @param provider name of the provider, or {@code machine} for a ceiling
 * @param threads threads of one call
 * @param timing time of a call
 * @param cost what a call cannot do without
 * @param limit the limit that binds it, and the shortest time it allows
 */
public record Measured(
        String kernel,
        String shape,
        String provider,
        int threads,
        Timing timing,
        Cost cost,
        MachineLimits.Binding limit) {
    private static final double GIGA = 1e9;

    static Measured of(Workload<?> workload, String provider, Timing timing, MachineLimits limits) {
        return new Measured(
                workload.kernel(),
                workload.shape(),
                provider,
                limits.threads(),
                timing,
                workload.cost(),
                limits.bind(workload.cost()));
    }

    /** GFLOP/s or GB/s. */
    public String unit() {
        return cost.unit().rate();
    }

    /** Speed in that unit. */
    public double rate() {
        return cost.work() / timing.seconds() / GIGA;
    }

    /** The highest possible speed in that unit. */
    public double limitRate() {
        return cost.work() / limit.seconds() / GIGA;
    }

    /** Share of the limit that is reached. */
    public double fraction() {
        return limit.seconds() / timing.seconds();
    }

    /** The line as an object of the JSON output. */
    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kernel", kernel);
        object.put("shape", shape);
        object.put("provider", provider);
        object.put("threads", threads);
        object.put("seconds", timing.seconds());
        object.put("spread", timing.spread());
        object.put("rate", rate());
        object.put("unit", unit());
        object.put("limit", limitRate());
        object.put("fraction", fraction());
        return object;
    }
}

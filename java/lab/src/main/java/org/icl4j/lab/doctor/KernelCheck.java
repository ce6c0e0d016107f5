package org.icl4j.lab.doctor;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.KernelWorkloads;
import org.icl4j.kernels.workload.MachineLimits;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;

/**
 * How one kernel of one provider stands: its error against the specification in f64, and its speed against the machine's limit.
 *
 * @param kernel name of the kernel's method
 * @param shape sizes of its operands, and the variant where there are several
 * @param provider name of the provider
 * @param error largest error, in ε times the largest element of the output
 * @param bound allowed error
 * @param ok whether the error is within the bound
 * @param rate operations or bytes in 10⁹ a second; NaN if it was not timed
 * @param unit {@code GFLOP/s} or {@code GB/s}
 * @param limit what the machine allows on one core, in that unit; NaN if that is not known
 */
public record KernelCheck(
        String kernel,
        String shape,
        String provider,
        double error,
        double bound,
        boolean ok,
        double rate,
        String unit,
        double limit) {
    private static final long WARM_UP_NANOS = 60_000_000;
    private static final int ROUNDS = 7;

    /** Share of the limit that is reached; NaN if the limit is not known. */
    public double fraction() {
        return rate / limit;
    }

    /**
     * Checks every kernel of every provider: of the first provider all, then of the next.
     *
     * @param timed whether to time them, too, for about a tenth of a second each
     * @param limits the machine's limits, or null
     */
    public static List<KernelCheck> all(List<Kernels<float[]>> providers, boolean timed, MachineLimits limits) {
        List<List<KernelCheck>> byProvider = new ArrayList<>();
        providers.forEach(provider -> byProvider.add(new ArrayList<>()));
        List<Workload<float[]>> workloads = KernelWorkloads.small();
        List<Workload<double[]>> specifications = KernelWorkloads.small();
        try (Kernels<double[]> specification =
                Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"))) {
            for (int i = 0; i < workloads.size(); i++) {
                Prepared<double[]> expected = specifications.get(i).prepare(specification);
                expected.call().run();
                for (int p = 0; p < providers.size(); p++) {
                    byProvider.get(p).add(of(workloads.get(i), providers.get(p), expected, timed, limits));
                }
            }
        }
        return byProvider.stream().flatMap(List::stream).toList();
    }

    /**
     * Checks one kernel.
     *
     * @param expected the same workload on the specification, called once
     * @param timed whether to time it, too
     * @param limits the machine's limits, or null
     */
    public static KernelCheck of(
            Workload<float[]> workload,
            Kernels<float[]> kernels,
            Prepared<double[]> expected,
            boolean timed,
            MachineLimits limits) {
        Prepared<float[]> actual = workload.prepare(kernels);
        actual.call().run();
        double error = Workload.error(actual, expected);
        double work = workload.cost().work();
        return new KernelCheck(
                workload.kernel(),
                workload.shape(),
                kernels.info().provider(),
                error,
                workload.bound(),
                error <= workload.bound(),
                timed ? work / nanos(actual.call()) : Double.NaN,
                workload.cost().unit().rate(),
                limits == null
                        ? Double.NaN
                        : work / limits.bind(workload.cost()).seconds() / 1e9);
    }

    private static double nanos(Runnable call) {
        long start = System.nanoTime();
        int calls = 0;
        while (calls == 0 || System.nanoTime() - start < WARM_UP_NANOS) {
            call.run();
            calls++;
        }
        int each = Math.max(1, calls / 10);
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            long before = System.nanoTime();
            for (int i = 0; i < each; i++) {
                call.run();
            }
            best = Math.min(best, (System.nanoTime() - before) / (double) each);
        }
        return best;
    }
}

package org.icl4j.bench.jmh;

import java.util.List;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;

/** A workload ready to be timed: made, called once, and its answer believed. */
final class WorkloadState implements AutoCloseable {
    private final Kernels<float[]> kernels;
    private final Runnable call;

    /**
     * @throws IllegalStateException if there is no such workload, or its answer is further from the specification in f64 than its
     *     bound
     */
    WorkloadState(
            String name,
            String provider,
            int threads,
            List<Workload<float[]>> workloads,
            List<Workload<double[]>> specifications) {
        Workload<float[]> workload = find(name, workloads);
        kernels = Kernels.open(
                Precision.F32, KernelOptions.defaults().provider(provider).threads(threads));
        Prepared<float[]> prepared = workload.prepare(kernels);
        call = prepared.call();
        call.run();
        double error = error(prepared, find(name, specifications), threads);
        if (!(error <= workload.bound())) {
            kernels.close();
            throw new IllegalStateException(name + " on " + provider + " is off by " + error + " units, more than "
                    + workload.bound() + ": its time is not worth knowing");
        }
    }

    private static <A> Workload<A> find(String name, List<Workload<A>> workloads) {
        return workloads.stream()
                .filter(workload -> workload.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no workload '" + name + "'"));
    }

    private static double error(Prepared<float[]> actual, Workload<double[]> specification, int threads) {
        KernelOptions options = KernelOptions.defaults().provider("scalar").threads(threads);
        try (Kernels<double[]> scalar = Kernels.open(Precision.F64, options)) {
            Prepared<double[]> expected = specification.prepare(scalar);
            expected.call().run();
            return Workload.error(actual, expected);
        }
    }

    Runnable call() {
        return call;
    }

    @Override
    public void close() {
        kernels.close();
    }
}

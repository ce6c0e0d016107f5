package org.icl4j.lab.doctor;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.MachineLimits;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.Tensor;

/**
 * How one kernel of one provider stands: its error against the specification in f64, and its speed against the machine's limit.
 *
 * @param kernel name of the kernel's method
 * @param provider name of the provider
 * @param error largest error, in ε times the largest element of the output
 * @param bound allowed error
 * @param ok whether the error is within the bound
 * @param rate operations or bytes in 10⁹ a second
 * @param unit {@code GFLOP/s} or {@code GB/s}
 * @param limit the machine's limit on one core, in that unit
 */
public record KernelCheck(
        String kernel,
        String provider,
        double error,
        double bound,
        boolean ok,
        double rate,
        String unit,
        double limit) {
    private static final long WARM_UP_NANOS = 60_000_000;
    private static final int ROUNDS = 7;

    /** Share of the limit that is reached. */
    public double fraction() {
        return rate / limit;
    }

    /** Checks every kernel of these kernels, and times them for about a tenth of a second each. */
    public static List<KernelCheck> all(Kernels<float[]> kernels, MachineLimits limits) {
        List<KernelCheck> checks = new ArrayList<>();
        try (Kernels<double[]> specification =
                Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"))) {
            for (KernelCase c : KernelCase.all()) {
                double error = error(c, kernels, specification);
                boolean flops = c.unit() == KernelCase.Unit.FLOPS;
                checks.add(new KernelCheck(
                        c.kernel(),
                        kernels.info().provider(),
                        error,
                        c.bound(),
                        error <= c.bound(),
                        c.work() / nanos(c, kernels),
                        c.unit().rate(),
                        flops ? limits.gflops() : limits.copyGigabytesPerSecond()));
            }
        }
        return checks;
    }

    private static double error(KernelCase c, Kernels<float[]> kernels, Kernels<double[]> specification) {
        List<Tensor<float[]>> actual = c.operands(Precision.F32);
        List<Tensor<double[]>> expected = c.operands(Precision.F64);
        c.call().on(kernels, actual);
        c.call().on(specification, expected);
        double worst = 0;
        for (int output : c.outputs()) {
            double difference = 0;
            double size = 0;
            for (int i = 0; i < actual.get(output).size(); i++) {
                double e = expected.get(output).get(i);
                difference = Math.max(difference, Math.abs(actual.get(output).get(i) - e));
                size = Math.max(size, Math.abs(e));
            }
            worst = Math.max(worst, difference / (Precision.F32.epsilon() * size));
        }
        return worst;
    }

    private static double nanos(KernelCase c, Kernels<float[]> kernels) {
        List<Tensor<float[]>> operands = c.operands(Precision.F32);
        long start = System.nanoTime();
        int calls = 0;
        while (calls == 0 || System.nanoTime() - start < WARM_UP_NANOS) {
            c.call().on(kernels, operands);
            calls++;
        }
        int each = Math.max(1, calls / 10);
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            long before = System.nanoTime();
            for (int i = 0; i < each; i++) {
                c.call().on(kernels, operands);
            }
            best = Math.min(best, (System.nanoTime() - before) / (double) each);
        }
        return best;
    }
}

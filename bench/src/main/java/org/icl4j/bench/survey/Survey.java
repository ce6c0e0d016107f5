package org.icl4j.bench.survey;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.icl4j.bench.steps.BlockWorkloads;
import org.icl4j.bench.steps.DecoderWorkloads;
import org.icl4j.bench.steps.LinearWorkloads;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.KernelWorkloads;
import org.icl4j.kernels.workload.MachineLimits;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.report.Progress;

/**
 * Measures the machine's limits and then the kernels against them.
 *
 * @param limits the machine's limits, for each number of threads
 * @param lines the kernels
 * @param warnings what makes the numbers doubtful
 */
public record Survey(Map<Integer, MachineLimits> limits, List<Measured> lines, List<String> warnings) {
    /** Cores that others may use before a survey counts as disturbed. */
    private static final double TOLERATED_CORES = 0.05;

    /** Change of the multiply-add ceiling from begin to end before a survey counts as disturbed. */
    private static final double TOLERATED_DRIFT = 0.05;

    /** Measurements from which on each takes as little time as in a quick survey. */
    private static final int MANY_LINES = 60;

    /** Time for the compilers before the first measurement of the first provider, and of later ones, which share most code. */
    private static final long COMPILE_NANOS = 4_000_000_000L;

    private static final long LATER_COMPILE_NANOS = 700_000_000;
    private static final long MIN_COMPILE_NANOS = 10_000_000;
    private static final String PRODUCT = "gemm";

    /**
     * What to measure.
     *
     * @param kernels names of kernels and steps; all if empty
     * @param providers names of providers
     * @param threads numbers of threads
     * @param quick one or two shapes for each kernel, and less time on each
     */
    public record Request(List<String> kernels, List<String> providers, List<Integer> threads, boolean quick) {
        private Timing.Effort effort() {
            return quick || lines() > MANY_LINES ? Timing.Effort.QUICK : Timing.Effort.USUAL;
        }

        /** How many measurements that is. */
        private int lines() {
            return providers.stream()
                    .mapToInt(provider -> threads.stream()
                            .mapToInt(number -> workloads(provider, number).size())
                            .sum())
                    .sum();
        }

        /** The workloads asked for. */
        public List<Workload<float[]>> workloads() {
            Set<String> met = new HashSet<>();
            return Survey.<float[]>catalogue().stream()
                    .filter(workload -> kernels.isEmpty()
                            ? !workload.kernel().equals(DecoderWorkloads.STEP)
                            : kernels.contains(workload.kernel()))
                    .filter(workload -> !quick || isQuick(workload, met.add(workload.kernel())))
                    .toList();
        }

        /** In a hurry, the shapes of {@link #QUICK}, and the first one of a kernel asked for that has none there. */
        private boolean isQuick(Workload<?> workload, boolean first) {
            boolean none = QUICK.stream().noneMatch(name -> name.startsWith(workload.kernel() + " "));
            return QUICK.contains(workload.name()) || first && none && !kernels.isEmpty();
        }

        /** Those of one provider and number of threads: unless asked for, some kernels are timed on one number only. */
        private List<Workload<float[]>> workloads(String provider, int number) {
            return workloads().stream()
                    .filter(workload -> distinct(provider, workload, this))
                    .filter(workload -> number == threads.getFirst()
                            || !kernels.isEmpty()
                            || BlockWorkloads.isStep(workload)
                            || SCALED.contains(workload.kernel()))
                    .toList();
        }
    }

    /** Kernels that a survey of all times on every number of threads. */
    private static final Set<String> SCALED = Set.of(
            PRODUCT,
            "softmax",
            "softmaxBackward",
            "layerNorm",
            "layerNormBackward",
            "gelu",
            "geluBackward",
            "gate",
            "exp",
            "tanh",
            "add",
            "attention",
            "attentionBackward",
            "adamW");

    /** What a quick survey of all times. */
    private static final List<String> QUICK = List.of(
            "gemm 64x64x64 NN",
            "gemm 512x512x512 NN",
            "gemm 2624x768x256 NT",
            "gemm 1x4096x4096 NT",
            "gemm b512 41x41x32 NN",
            "softmax 4096x64",
            "attention B64 H8 T41 D32",
            "attentionBackward B64 H8 T41 D32",
            "layerNorm 2624x256",
            "gelu 2624x1024 tanh",
            "relu 2624x1024",
            "adamW 1160x8192",
            "trainingStep B64 T51 d32 m128");

    /** Everything that can be measured. */
    public static <A> List<Workload<A>> catalogue() {
        List<Workload<A>> all = new ArrayList<>(KernelWorkloads.benchmark());
        all.addAll(BlockWorkloads.all());
        all.addAll(LinearWorkloads.all());
        all.addAll(DecoderWorkloads.all());
        return all;
    }

    /**
     * Measures, in under three minutes.
     *
     * @throws KernelUnavailableException if a provider cannot run here
     */
    public static Survey make(Request request, Progress progress) {
        OtherLoad load = new OtherLoad();
        Map<Integer, MachineLimits> limits = limits(request, progress);
        List<Measured> lines = lines(request, limits, progress);
        return new Survey(limits, lines, warnings(limits.get(request.threads().getFirst()), load));
    }

    private static Map<Integer, MachineLimits> limits(Request request, Progress progress) {
        Map<Integer, MachineLimits> limits = new TreeMap<>();
        try (Progress.Stage stage = progress.begin("limits", request.threads().size())) {
            for (int threads : request.threads()) {
                limits.put(threads, MachineLimits.measure(threads));
                stage.at(limits.size(), "");
            }
        }
        return limits;
    }

    private static List<Measured> lines(Request request, Map<Integer, MachineLimits> limits, Progress progress) {
        List<Measured> lines = new ArrayList<>();
        int total = request.lines();
        try (Progress.Stage stage = progress.begin("kernels", total)) {
            Counted counted = new Counted(stage);
            for (String provider : request.providers()) {
                for (int threads : request.threads()) {
                    lines.addAll(lines(request, provider, limits.get(threads), counted));
                }
            }
        }
        return lines;
    }

    private static List<Measured> lines(Request request, String provider, MachineLimits limits, Counted counted) {
        KernelOptions options = KernelOptions.defaults().provider(provider).threads(limits.threads());
        List<Workload<float[]>> workloads = request.workloads(provider, limits.threads());
        List<Measured> lines = new ArrayList<>();
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, options)) {
            compile(kernels, workloads, counted.done == 0 ? COMPILE_NANOS : LATER_COMPILE_NANOS);
            for (Workload<float[]> workload : workloads) {
                lines.add(line(workload, kernels, limits, request.effort()));
                counted.next(workload.name());
            }
        }
        return lines;
    }

    /** A stage that counts its own steps. */
    private static final class Counted {
        private final Progress.Stage stage;
        private int done;

        Counted(Progress.Stage stage) {
            this.stage = stage;
        }

        void next(String name) {
            stage.at(++done, name);
        }
    }

    /** Gives the compilers their time before the first measurement, which they would otherwise take from it. */
    private static void compile(Kernels<float[]> kernels, List<Workload<float[]>> workloads, long nanos) {
        long nanosEach = Math.max(nanos / Math.max(1, workloads.size()), MIN_COMPILE_NANOS);
        for (Workload<float[]> workload : workloads) {
            Runnable call = workload.prepare(kernels).call();
            long start = System.nanoTime();
            do {
                call.run();
            } while (System.nanoTime() - start < nanosEach);
        }
    }

    /** Whether the provider has code of its own for this: OpenBLAS computes products, and the rest is the vector provider's. */
    private static boolean distinct(String provider, Workload<?> workload, Request request) {
        return !provider.equals("openblas")
                || !request.providers().contains("vector")
                || workload.kernel().equals(PRODUCT) && !workload.shape().contains("packed")
                || BlockWorkloads.isStep(workload)
                || workload.kernel().equals(DecoderWorkloads.STEP);
    }

    private static Measured line(
            Workload<float[]> workload, Kernels<float[]> kernels, MachineLimits limits, Timing.Effort effort) {
        Timing timing = Timing.of(workload.prepare(kernels).call(), effort);
        return Measured.of(workload, kernels.info().provider(), timing, limits);
    }

    private static List<String> warnings(MachineLimits before, OtherLoad load) {
        List<String> warnings = new ArrayList<>();
        load.cores().ifPresent(cores -> {
            if (cores > TOLERATED_CORES) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "disturbed: other processes kept %.2f cores busy during this run; repeat it on a quiet machine",
                        cores));
            }
        });
        double after = MachineLimits.measureGflops(before.threads());
        double drift = after / before.gflops() - 1;
        if (Math.abs(drift) > TOLERATED_DRIFT) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "disturbed: the multiply-add ceiling moved by %+.0f %% from begin to end (%.0f to %.0f GFLOP/s)",
                    100 * drift,
                    before.gflops(),
                    after));
        }
        return warnings;
    }
}

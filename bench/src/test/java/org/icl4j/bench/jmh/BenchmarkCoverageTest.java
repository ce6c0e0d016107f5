package org.icl4j.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.icl4j.bench.steps.BlockWorkloads;
import org.icl4j.bench.steps.DecoderWorkloads;
import org.icl4j.bench.steps.LinearWorkloads;
import org.icl4j.kernels.KernelLookup;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.KernelWorkloads;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;

/** A kernel is benchmarked by existing, or this fails. */
class BenchmarkCoverageTest {
    private static Set<String> kernels() {
        Set<String> names = new HashSet<>();
        Stream.of(Kernels.class.getInterfaces())
                .filter(kind -> kind != AutoCloseable.class)
                .flatMap(kind -> Stream.of(kind.getMethods()))
                .forEach(method -> names.add(method.getName()));
        return names;
    }

    private static List<String> params(Class<?> benchmark) throws NoSuchFieldException {
        return Arrays.asList(
                benchmark.getField("workload").getAnnotation(Param.class).value());
    }

    private static <A> Set<String> kernelsOf(List<Workload<A>> workloads) {
        Set<String> names = new HashSet<>();
        workloads.forEach(workload -> names.add(workload.kernel()));
        return names;
    }

    @Test
    void everyKernelHasAWorkload() {
        assertEquals(kernels(), kernelsOf(KernelWorkloads.<float[]>benchmark()));
        assertEquals(kernels(), kernelsOf(KernelWorkloads.<float[]>small()));
    }

    @Test
    void everyWorkloadIsABenchmark() throws NoSuchFieldException {
        assertEquals(names(KernelWorkloads.<float[]>benchmark()), params(KernelBenchmark.class));
        assertEquals(steps(), params(StepBenchmark.class));
    }

    private static <A> List<String> names(List<Workload<A>> workloads) {
        return workloads.stream().map(Workload::name).toList();
    }

    @Test
    void oneForkIsNeverTrusted() {
        for (Class<?> benchmark : List.of(KernelBenchmark.class, StepBenchmark.class)) {
            assertTrue(benchmark.getAnnotation(Fork.class).value() >= 3, benchmark.getName());
        }
    }

    /** The answer is checked before it is timed: on a workload that is right, and on one whose answer is not. */
    @Test
    void wrongAnswersAreNotTimed() {
        Workload<float[]> right = KernelWorkloads.<float[]>small().getFirst();
        List<Workload<double[]>> specification = KernelWorkloads.small();
        new WorkloadState(right.name(), "scalar", 1, List.of(right), specification).close();
        Workload<float[]> wrong =
                new Workload<>(right.kernel(), right.shape(), right.bound(), right.cost(), (kernels, operands) -> {
                    right.setup().make(kernels, operands);
                    return () -> {};
                });
        assertThrows(
                IllegalStateException.class,
                () -> new WorkloadState(right.name(), "scalar", 1, List.of(wrong), specification));
        assertThrows(
                IllegalStateException.class,
                () -> new WorkloadState("gemm 1x2x3", "scalar", 1, List.of(wrong), specification));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void stepsAreRightOnEveryProvider(String name) {
        int index = steps().indexOf(name);
        requireRight(
                BenchmarkCoverageTest.<float[]>all().get(index),
                BenchmarkCoverageTest.<double[]>all().get(index));
    }

    static List<String> steps() {
        return names(BenchmarkCoverageTest.<float[]>all());
    }

    private static <A> List<Workload<A>> all() {
        return Stream.concat(BlockWorkloads.<A>all().stream(), LinearWorkloads.<A>all().stream())
                .toList();
    }

    /** The smallest: the specification takes minutes for the others. */
    @Test
    @Tag("extended")
    void decodersAreRightOnEveryProvider() {
        requireRight(
                DecoderWorkloads.<float[]>all().getFirst(),
                DecoderWorkloads.<double[]>all().getFirst());
    }

    private static void requireRight(Workload<float[]> workload, Workload<double[]> same) {
        KernelOptions threads = KernelOptions.defaults().threads(2);
        List<String> missing = new ArrayList<>();
        try (Kernels<double[]> specification = Kernels.open(Precision.F64, threads.provider("scalar"))) {
            Prepared<double[]> expected = same.prepare(specification);
            expected.call().run();
            for (String provider : KernelLookup.providers()) {
                try (Kernels<float[]> kernels = Kernels.open(Precision.F32, threads.provider(provider))) {
                    Prepared<float[]> actual = workload.prepare(kernels);
                    actual.call().run();
                    double error = Workload.error(actual, expected);
                    assertTrue(error <= workload.bound(), workload.name() + " on " + provider + ": error " + error);
                } catch (KernelUnavailableException e) {
                    missing.add(e.getMessage());
                }
            }
        }
        Assumptions.assumeTrue(missing.isEmpty(), () -> "missing: " + missing);
    }
}

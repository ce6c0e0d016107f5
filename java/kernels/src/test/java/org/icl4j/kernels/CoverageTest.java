package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.icl4j.kernels.workload.KernelWorkloads;
import org.icl4j.kernels.workload.Workload;
import org.junit.jupiter.api.Test;

/**
 * A kernel is tested on every provider by existing: each method of the interfaces, overloads apart, that lacks an oracle, a table of
 * sizes, a provider or a benchmark fails here.
 *
 * <p>The calls of {@link KernelCall} are made by {@link SpecialValuesTest} on every provider, at every shape of {@link Agreement}, and
 * compared with the specification. The test of a kernel's kind holds it to what it documents, at the sizes that are its own.
 */
class CoverageTest {
    private static final Set<Class<?>> KINDS = Set.of(
            ProductKernels.class,
            RowKernels.class,
            ActivationKernels.class,
            AttentionKernels.class,
            OptimizerKernels.class,
            GateKernels.class,
            PositionKernels.class,
            LinearAttentionKernels.class,
            RecurrentKernels.class,
            StateSpaceKernels.class,
            ReductionKernels.class,
            LossKernels.class);

    /** Overloads without a benchmark of their own, and the one that shows their speed. */
    private static final Map<String, String> SAME_SPEED = Map.of(
            "attention(AttentionHeads, Optional, Matrix, Matrix, Matrix, Matrix, Matrix)",
            "attention(AttentionHeads, Matrix, Matrix, Matrix, Matrix, Matrix)",
            "attentionBackward(AttentionHeads, Optional, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix,"
                    + " Matrix, Matrix)",
            "attentionBackward(AttentionHeads, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix, Matrix)",
            "gemm(double, Matrix, PackedMatrix, double, Matrix, Epilogue)",
            "gemm(double, Matrix, Matrix, double, Matrix, Epilogue)",
            "pack(Matrix)",
            "pack(Matrix, WeightType)",
            "pack(StoredMatrix)",
            "pack(Matrix, WeightType)");

    @Test
    void everyOverloadIsComparedWithTheSpecification() {
        Set<String> called = new TreeSet<>();
        Kernels<double[]> kernels = listing(Reference.KERNELS, called);
        for (KernelCall<double[]> call : KernelCall.<double[]>all(1, 2, 2)) {
            call.body()
                    .run(
                            kernels,
                            call.slots().stream()
                                    .map(slot -> slot.view(new double[slot.size()], 0))
                                    .toList());
        }
        assertEquals(overloads(), called);
    }

    @Test
    void everyOverloadHasABenchmark() {
        Set<String> called = new TreeSet<>();
        try (Kernels<float[]> vector = Tested.vector().open()) {
            Kernels<float[]> kernels = listing(vector, called);
            KernelWorkloads.<float[]>small()
                    .forEach(workload -> workload.prepare(kernels).call().run());
        }
        Set<String> without = overloads();
        without.removeAll(called);
        assertEquals(new TreeSet<>(SAME_SPEED.keySet()), without, "overloads without a benchmark");
        assertTrue(called.containsAll(SAME_SPEED.values()), "benchmarks that stand for others: " + SAME_SPEED);
        assertEquals(
                kernels(KernelWorkloads.small()), kernels(KernelWorkloads.benchmark()), "the shapes that are timed");
    }

    private static Set<String> kernels(List<Workload<float[]>> workloads) {
        return workloads.stream().map(Workload::kernel).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyProviderIsTested() {
        Set<String> opened = new TreeSet<>();
        for (String provider : KernelLookup.providers()) {
            for (Precision<?> precision : List.of(Precision.F32, Precision.F64)) {
                Tested<?> tested = new Tested<>(provider, precision);
                if (canOpen(tested)) {
                    opened.add(tested.toString());
                }
            }
        }
        Set<String> listed =
                Tested.everyProvider().map(Tested::toString).collect(Collectors.toCollection(TreeSet::new));
        assertTrue(listed.containsAll(opened), opened + " can be opened, tested are " + listed);
    }

    private static boolean canOpen(Tested<?> tested) {
        try (Kernels<?> kernels =
                Kernels.open(tested.precision(), KernelOptions.defaults().provider(tested.provider()))) {
            return kernels.precision() == tested.precision();
        } catch (KernelUnavailableException missing) {
            return false;
        }
    }

    /** Adds to {@code called} the overloads that are called. */
    private static <A> Kernels<A> listing(Kernels<A> kernels, Set<String> called) {
        return InterceptedKernels.of(kernels, call -> {
            if (KINDS.contains(call.kernel().getDeclaringClass())) {
                called.add(signature(call.kernel()));
            }
            return call.proceed();
        });
    }

    private static Set<String> overloads() {
        return KINDS.stream()
                .flatMap(kind -> Stream.of(kind.getMethods()))
                .map(CoverageTest::signature)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String signature(Method kernel) {
        return Stream.of(kernel.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", ", kernel.getName() + "(", ")"));
    }

    @Test
    void everyKernelIsCalledByTheTestOfItsKind() throws IOException {
        assertEquals(KINDS, kernelInterfaces());
        Set<String> untested = new TreeSet<>();
        for (Class<?> kind : KINDS) {
            String test = testOf(kind);
            for (Method kernel : kind.getMethods()) {
                boolean onKernels = test.contains("kernels." + kernel.getName() + "(");
                boolean onReference = test.contains("KERNELS." + kernel.getName() + "(")
                        || kind == ProductKernels.class // Its oracle is in the test itself.
                        || kind == ActivationKernels.class // Called through one method for all.
                        || kind == GateKernels.class; // Likewise.
                if (!onKernels
                        || !onReference
                        || !(test.contains("Tested#everyTwin") || test.contains("Tested#everyProvider"))) {
                    untested.add(kind.getSimpleName() + "." + kernel.getName());
                }
            }
        }
        assertEquals(Set.of(), untested, "kernels without a test against the specification on every provider");
    }

    /** The test of this kind and what it shares, in files whose names begin with the kind's. */
    private static String testOf(Class<?> kind) throws IOException {
        StringBuilder test = new StringBuilder();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Path.of("src/test/java/org/icl4j/kernels"), kind.getSimpleName() + "*.java")) {
            for (Path file : files) {
                test.append(Files.readString(file));
            }
        }
        return test.toString();
    }

    private static Set<Class<?>> kernelInterfaces() {
        return Set.copyOf(Stream.of(Kernels.class.getInterfaces())
                .filter(type -> type != AutoCloseable.class)
                .toList());
    }
}

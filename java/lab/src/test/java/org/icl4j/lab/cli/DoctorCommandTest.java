package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.KernelsInfo;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.KernelWorkloads;
import org.icl4j.kernels.workload.MachineLimits;
import org.icl4j.kernels.workload.MachineLimits.Level;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;
import org.icl4j.lab.doctor.Diagnosis;
import org.icl4j.lab.doctor.KernelCheck;
import org.icl4j.lab.experiment.Experiments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code icl4j doctor}: what it checks, and how it says it. */
class DoctorCommandTest {
    @Test
    void answersInJson() {
        Cli.Result result = Cli.inProcess(new Experiments(List.of()), "doctor", "--json");
        assertEquals(0, result.code(), result.err());
        JsonNode root = JsonMapper.builder().build().readTree(result.out());
        assertEquals(
                List.of(
                        "provider",
                        "reasons",
                        "speciesBits",
                        "fma",
                        "threads",
                        "openblas",
                        "jni",
                        "jdk",
                        "cpu",
                        "kernels"),
                List.copyOf(root.propertyNames()));
        assertTrue(root.get("jni").isNull());
        Map<String, Set<String>> checked = new TreeMap<>();
        for (JsonNode kernel : root.get("kernels")) {
            assertEquals(List.of("kernel", "provider", "error", "bound", "ok"), List.copyOf(kernel.propertyNames()));
            assertTrue(kernel.get("ok").asBoolean(), kernel.toString());
            checked.computeIfAbsent(kernel.get("provider").asString(), provider -> new HashSet<>())
                    .add(kernel.get("kernel").asString());
        }
        Set<String> kernels = new HashSet<>();
        for (Class<?> kind : Kernels.class.getInterfaces()) {
            if (kind != AutoCloseable.class) {
                List.of(kind.getMethods()).forEach(method -> kernels.add(method.getName()));
            }
        }
        assertTrue(checked.keySet().containsAll(List.of("vector", "scalar")), checked.toString());
        checked.forEach((provider, names) -> assertEquals(kernels, names, "doctor checks every kernel of " + provider));
    }

    /** A product and a stream. */
    @ParameterizedTest
    @ValueSource(strings = {"gemm", "relu"})
    void timesKernels(String kernel) {
        try (Kernels<float[]> vector =
                        Kernels.open(Precision.F32, KernelOptions.defaults().provider("vector"));
                Kernels<double[]> scalar =
                        Kernels.open(Precision.F64, KernelOptions.defaults().provider("scalar"))) {
            Prepared<double[]> expected =
                    DoctorCommandTest.<double[]>small(kernel).prepare(scalar);
            expected.call().run();
            KernelCheck check = KernelCheck.of(small(kernel), vector, expected, true, limits());
            assertTrue(check.ok() && check.rate() > 0 && check.limit() > 0 && check.fraction() > 0, check.toString());
        }
    }

    /** A speed is work in a time, and its limit the same work in another. */
    @Test
    void everyKernelCanBeTimed() {
        for (Workload<float[]> workload : KernelWorkloads.<float[]>small()) {
            assertTrue(workload.cost().work() > 0, workload.name());
            assertTrue(limits().bind(workload.cost()).seconds() > 0, workload.name());
        }
    }

    private static <A> Workload<A> small(String kernel) {
        return KernelWorkloads.<A>small().stream()
                .filter(workload -> workload.kernel().equals(kernel))
                .findFirst()
                .orElseThrow();
    }

    private static MachineLimits limits() {
        return new MachineLimits(
                1, new TreeMap<>(Map.of(512, 100.0)), 10, List.of(new Level("L1", 1e5, 300, 200, 200)));
    }

    @Test
    void answersInWords() {
        KernelsInfo info = new KernelsInfo("vector", "f32", 512, true, 2, Optional.empty(), List.of("vector: chosen"));
        KernelCheck good = new KernelCheck("gemm", "2x2x2 NN", "vector", 1.25, 16, true, 50, "GFLOP/s", 200);
        KernelCheck bad = new KernelCheck("relu", "2x2", "scalar", 7, 1, false, 1, "GB/s", 100);
        Diagnosis diagnosis = new Diagnosis(
                info, List.of("vector: chosen", "openblas: no library"), null, limits(), List.of(good, bad));
        String text = words(diagnosis);
        assertTrue(text.contains("one core:    200 GFLOP/s"), text);
        assertTrue(text.contains("a run gets:  vector f32, 512-bit vectors with FMA, 2 threads\n"), text);
        assertTrue(text.contains("openblas: no library"), text);
        assertTrue(text.matches("(?s).*gemm +2x2x2 NN +vector +1\\.25 +16 +ok +50\\.00 +GFLOP/s +25 %\n.*"), text);
        assertTrue(text.matches("(?s).*relu +2x2 +scalar +7\\.00 +1 +NO +1\\.00 +GB/s +1 %\n.*"), text);
        assertFalse(diagnosis.healthy());
    }

    @Test
    void needsNoLimits() {
        KernelsInfo info = new KernelsInfo("scalar", "f32", 0, false, 1, Optional.empty(), List.of("scalar: chosen"));
        KernelCheck check = new KernelCheck("gemm", "2x2x2 NN", "scalar", 1.25, 16, true, 50, "GFLOP/s", Double.NaN);
        String text = words(new Diagnosis(info, List.of("no limits: no C2"), null, null, List.of(check)));
        assertTrue(text.contains("no limits: no C2\n"), text);
        assertTrue(text.matches("(?s).*gemm +2x2x2 NN +scalar +1\\.25 +16 +ok +50\\.00 +GFLOP/s *\n.*"), text);
        assertFalse(text.contains("one core:"), text);
    }

    private static String words(Diagnosis diagnosis) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        new DoctorCommand(new Console(stream, stream, false)).print(diagnosis);
        return out.toString(StandardCharsets.UTF_8);
    }
}

package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which provider is chosen, in this JVM and in others that lack something. */
class KernelLookupTest {
    @TempDir
    private Path directory;

    @Test
    void everyNameOpensItself() {
        assertEquals(List.of("vector", "openblas", "scalar"), KernelLookup.providers());
        for (Tested<?> tested : Tested.everyProvider().toList()) {
            try (Kernels<?> kernels = tested.open()) {
                assertEquals(tested.provider(), kernels.info().provider());
                assertEquals(tested.precision(), kernels.precision());
            }
        }
    }

    @Test
    void forcedMeansFail() {
        KernelUnavailableException unknown = assertThrows(
                KernelUnavailableException.class,
                () -> Kernels.open(Precision.F32, KernelOptions.defaults().provider("gpu")));
        assertTrue(unknown.getMessage().contains("[vector, openblas, scalar]"), unknown.getMessage());
        KernelUnavailableException f64 = assertThrows(
                KernelUnavailableException.class,
                () -> Kernels.open(Precision.F64, KernelOptions.defaults().provider("vector")));
        assertTrue(f64.getMessage().contains("f64"), f64.getMessage());
    }

    @Test
    void doublesAreServedByTheSpecification() {
        try (Kernels<double[]> kernels =
                Kernels.open(Precision.F64, KernelOptions.defaults().provider("auto"))) {
            assertEquals("scalar", kernels.info().provider());
        }
    }

    @Test
    void propertyCountsWhereOptionsNameNone() {
        KernelOptions unnamed = new KernelOptions(2, Optional.empty(), Optional.empty());
        System.setProperty(KernelOptions.PROVIDER_PROPERTY, "scalar");
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, unnamed);
                Kernels<float[]> named = Kernels.open(Precision.F32, unnamed.provider("vector"));
                Kernels<float[]> best = Kernels.open(Precision.F32, unnamed.provider("auto"))) {
            assertEquals(List.of("scalar: asked for"), kernels.info().reasons());
            assertEquals(List.of("vector: asked for"), named.info().reasons());
            assertEquals(List.of("vector: chosen"), best.info().reasons());
        } finally {
            System.clearProperty(KernelOptions.PROVIDER_PROPERTY);
        }
    }

    @Test
    void propertyThatAsksForTheBest() {
        for (String value : new String[] {"auto", ""}) {
            System.setProperty(KernelOptions.PROVIDER_PROPERTY, value);
            try (Kernels<float[]> best = Kernels.open(Precision.F32, KernelOptions.defaults())) {
                assertEquals(List.of("vector: chosen"), best.info().reasons());
            } finally {
                System.clearProperty(KernelOptions.PROVIDER_PROPERTY);
            }
        }
    }

    @Test
    void openBlasThreadsAreOnePerProcess() {
        Tested<float[]> openBlas = new Tested<>("openblas", Precision.F32);
        try (Kernels<float[]> first = openBlas.open(2)) {
            assertEquals(2, first.info().openBlas().orElseThrow().threads());
            openBlas.open(2).close();
            KernelUnavailableException e = assertThrows(
                    KernelUnavailableException.class,
                    () -> Kernels.open(
                            Precision.F32,
                            KernelOptions.defaults().provider("openblas").threads(1)));
            assertTrue(e.getMessage().contains("threads=1") && e.getMessage().contains("2"), e.getMessage());
        }
        openBlas.open(1).close();
    }

    /** Prints the provider that auto chooses, after the reasons for passing over others. */
    static final class Auto {
        private Auto() {}

        public static void main(String[] args) {
            try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults())) {
                float[] c = new float[4];
                kernels.gemm(
                        1,
                        Matrix.of(new float[] {1, 2, 3, 4}, 2, 2),
                        Matrix.of(new float[] {1, 0, 0, 1}, 2, 2),
                        0,
                        Matrix.of(c, 2, 2));
                System.out.println(kernels.info().provider() + " " + c[3]);
                kernels.info().reasons().forEach(System.out::println);
            } catch (KernelUnavailableException e) {
                System.out.println("unavailable " + e.getMessage());
            }
        }
    }

    private List<String> auto(String... flags) throws IOException, InterruptedException {
        return autoOn(System.getProperty("java.class.path"), flags);
    }

    private List<String> autoOn(String classPath, String... flags) throws IOException, InterruptedException {
        return main(Auto.class, classPath, flags);
    }

    private List<String> main(Class<?> program, String classPath, String... flags)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(PROBE + 60); // Before the flags, which may say otherwise.
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", classPath, program.getName()));
        Path out = directory.resolve("out.txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve("err.txt").toFile())
                .start();
        assertTrue(process.waitFor(3, TimeUnit.MINUTES), "no answer within three minutes");
        assertEquals(0, process.exitValue(), errors());
        return Files.readAllLines(out);
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve("err.txt"));
    }

    private static final String MODULE = "--add-modules=jdk.incubator.vector";
    private static final String PROBE = "-Dicl4j.probeSeconds=";
    private static final int SHORT_PROBE_SECONDS = 1;
    private static final String SHORT_PROBE = PROBE + SHORT_PROBE_SECONDS;
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

    private String classPathWithout(String part) {
        List<String> kept = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            if (!entry.contains(part)) {
                kept.add(entry);
            }
        }
        return String.join(java.io.File.pathSeparator, kept);
    }

    @Test
    void vectorWhereItRuns() throws Exception {
        assertEquals("vector 4.0", auto(MODULE).getFirst());
    }

    @Test
    void withoutTheIncubatorModule() throws Exception {
        List<String> lines = auto(NATIVE);
        assertEquals("openblas 4.0", lines.get(0));
        assertTrue(lines.get(1).startsWith("vector: ") && lines.get(1).contains("--add-modules jdk.incubator.vector"));
    }

    @Test
    void withoutModuleAndBindings() throws Exception {
        List<String> lines = autoOn(classPathWithout("bindings"));
        assertEquals("scalar 4.0", lines.get(0));
        assertTrue(lines.get(2).contains("icl4j-bindings"), lines.get(2));
    }

    @Test
    void withoutModuleAndLibrary() throws Exception {
        List<String> lines =
                autoOn(classPathWithout("openblas-"), NATIVE, "-Dicl4j.openblas.path=/nowhere/libopenblas.so");
        assertEquals("scalar 4.0", lines.get(0));
        assertTrue(lines.get(2).contains("/nowhere/libopenblas.so is not a file"), lines.get(2));
    }

    @Test
    void corruptLibrary() throws Exception {
        Path corrupt = Files.writeString(directory.resolve("libopenblas.so.0"), "not a library");
        List<String> lines = auto(NATIVE, "-Dicl4j.openblas.path=" + corrupt);
        assertEquals("scalar 4.0", lines.get(0));
        assertTrue(lines.get(2).contains("cannot be loaded"), lines.get(2));
    }

    @Test
    void spoiledCache() throws Exception {
        assertEquals("openblas 4.0", auto(NATIVE, "-Dicl4j.cache=" + directory).getFirst());
        Path library;
        try (var files = Files.walk(directory)) {
            library = files.filter(f -> f.endsWith("libgfortran.so.5"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(library);
        bytes[bytes.length / 2] ^= 1;
        Files.write(library, bytes);
        assertEquals("openblas 4.0", auto(NATIVE, "-Dicl4j.cache=" + directory).getFirst());
        bytes[bytes.length / 2] ^= 1;
        assertArrayEquals(bytes, Files.readAllBytes(library), "it is unpacked again");
        assertTrue(errors().contains("SHA-256"), errors());
    }

    @Test
    void withoutC2() throws Exception {
        for (String flag : new String[] {"-Xint", "-XX:TieredStopAtLevel=1"}) {
            List<String> lines = auto(MODULE, NATIVE, flag, "-Dicl4j.openblas.path=/nowhere");
            assertEquals("scalar 4.0", lines.get(0));
            assertTrue(lines.get(1).contains("C2"), lines.get(1));
        }
    }

    /** Nothing but a stopwatch tells that vectors are switched off. */
    @Test
    void withoutVectorInstructions() throws Exception {
        List<String> lines =
                auto(MODULE, NATIVE, SHORT_PROBE, "-XX:+UnlockExperimentalVMOptions", "-XX:-EnableVectorSupport");
        assertEquals("openblas 4.0", lines.get(0));
        assertTrue(lines.get(1).contains("not compiled"), lines.get(1));
    }

    /** Narrow vectors speak against the vector provider only. */
    @Test
    void narrowVectors() throws Exception {
        List<String> lines = auto(MODULE, NATIVE, "-Dicl4j.vectorBits=128");
        assertEquals("openblas 4.0", lines.get(0));
        assertTrue(lines.get(1).startsWith("vector: ") && lines.get(1).contains("128 bits"), lines.get(1));
        assertFalse(errors().contains("kernels: vector"), errors());
    }

    @Test
    void noSuchVectorWidth() throws Exception {
        for (String bits : new String[] {"100", "abc", ""}) {
            System.setProperty("icl4j.vectorBits", bits);
            try {
                KernelUnavailableException refused = assertThrows(
                        KernelUnavailableException.class,
                        () -> Kernels.open(
                                Precision.F32, KernelOptions.defaults().provider("vector")));
                assertTrue(
                        refused.getMessage().contains("icl4j.vectorBits=" + bits + " is")
                                && refused.getMessage().contains("128, 256 or 512"),
                        refused.getMessage());
            } finally {
                System.clearProperty("icl4j.vectorBits");
            }
        }
        assertEquals(
                "openblas 4.0", auto(MODULE, NATIVE, "-Dicl4j.vectorBits=abc").getFirst());
    }

    /** Prints how many seconds it takes to be refused by the vector provider, a first and a second time. */
    static final class RefusedTwice {
        private RefusedTwice() {}

        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                long start = System.nanoTime();
                try {
                    Kernels.open(Precision.F32, KernelOptions.defaults().provider("vector"));
                } catch (KernelUnavailableException e) {
                    System.out.println((System.nanoTime() - start) / 1e9);
                }
            }
        }
    }

    /** The probe waits seconds for the compiler, but once: a provider that borrows from vector asks it again. */
    @Test
    void probeRemembersFailure() throws Exception {
        List<String> seconds = main(
                RefusedTwice.class,
                System.getProperty("java.class.path"),
                MODULE,
                SHORT_PROBE,
                "-XX:TieredStopAtLevel=2");
        assertTrue(Double.parseDouble(seconds.get(0)) >= SHORT_PROBE_SECONDS, seconds.toString());
        assertTrue(Double.parseDouble(seconds.get(1)) < SHORT_PROBE_SECONDS, seconds.toString());
    }
}

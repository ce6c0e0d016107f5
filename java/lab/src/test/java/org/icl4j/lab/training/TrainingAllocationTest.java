package org.icl4j.lab.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.training.Schedule;
import org.icl4j.transformer.training.Trainer;
import org.icl4j.transformer.training.TrainingSettings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In the steady state a step of training on the vector provider makes a few objects for its threads and its result, and none for a
 * layer, a parameter, a prompt or a head, on one thread and on two. In JVMs of their own, of which the first compiles in the foreground, so
 * that steps, and not time, bring about that state.
 */
class TrainingAllocationTest {
    /** Some four times what was measured. Views of a matrix for each head of the larger training would be thirty times as much. */
    private static final long MOST_BYTES = 8_192;

    private static final int MINUTES = 5;

    @Test
    @Tag("extended")
    void steadyState(@TempDir Path dir) throws IOException, InterruptedException {
        requireEnough(Main.SMALL, dir, "-Xbatch", Main.class.getName());
    }

    /**
     * Compiled in the background, with what the whole process has seen until then: that is how copies of products came to allocate 25 MB
     * a step.
     */
    @Test
    @Tag("extended")
    void steadyStateOfALargeBatch(@TempDir Path dir) throws IOException, InterruptedException {
        requireEnough(Main.LARGE, dir, Main.class.getName(), "large");
    }

    private static void requireEnough(int trainings, Path dir, String... end) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-Dicl4j.probeSeconds=120", // The compilers get their time on a machine with other load.
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(end));
        Path output = dir.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        List<String> lines = Files.readAllLines(output);
        assertTrue(ended, () -> "more than " + MINUTES + " minutes: " + lines);
        assertEquals(0, process.exitValue(), () -> "printed " + lines);
        lines.forEach(System.out::println);
        assertEquals(
                trainings,
                lines.stream().filter(line -> line.contains(Main.ENOUGH)).count(),
                () -> "" + lines);
    }

    /** Prints what a step allocates. */
    static final class Main {
        static final String ENOUGH = "bytes a step, at most";
        static final int SMALL = 4;
        static final int LARGE = 1;

        /** Time of the caller's own, which waits for the compilers: far more than any step needs to be compiled. */
        private static final long PATIENCE_NANOS = 20_000_000_000L;

        private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

        public static void main(String[] args) {
            if (args.length > 0) {
                measure(1, 20, 21, 3, 64, 64);
                return;
            }
            for (int threads = 1; threads <= 2; threads++) {
                measure(threads, 5, 6, 1, 32, 8);
                measure(threads, 5, 6, 3, 32, 32);
            }
        }

        private static void measure(int threads, int dims, int points, int layers, int width, int batch) {
            DecoderConfig config = DecoderConfig.garg(dims, 2 * points, layers, 2, width);
            LinearRegression functions = new LinearRegression(dims, 0.5);
            KernelOptions options = KernelOptions.defaults().provider("vector").threads(threads);
            try (Kernels<float[]> kernels = Kernels.open(Precision.F32, options);
                    Trainer<float[]> trainer = new Trainer<>(
                            new Decoder<>(
                                    config, kernels, Decoder.initialize(config, Initialization.GPT2, Precision.F32, 1)),
                            new RegressionObjective<>(
                                    Precision.F32, functions, Curriculum.none(dims, points), 1, batch),
                            TrainingSettings.of(Schedule.constant(1e-3)),
                            threads)) {
                long start = THREADS.getCurrentThreadCpuTime();
                long least = Long.MAX_VALUE;
                while (least > MOST_BYTES && THREADS.getCurrentThreadCpuTime() - start < PATIENCE_NANOS) {
                    long before = THREADS.getTotalThreadAllocatedBytes();
                    trainer.step();
                    least = Math.min(least, THREADS.getTotalThreadAllocatedBytes() - before);
                }
                System.out.printf(
                        "threads: %d, layers: %d, width: %d, batch: %d: %,d %s %,d, after %d steps%n",
                        threads,
                        layers,
                        width,
                        batch,
                        least,
                        least > MOST_BYTES ? "bytes a step, TOO MANY:" : ENOUGH,
                        MOST_BYTES,
                        trainer.adam().steps());
            }
        }
    }
}

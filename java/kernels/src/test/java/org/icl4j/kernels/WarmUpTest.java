package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The time from the start of a JVM until a product has its final speed.
 *
 * <p>It is the processor's time for the thread that calls, which is what the clock shows where nothing else runs: the thread never
 * waits, and the compilers have a core of their own. Other load slows all of them down alike.
 */
class WarmUpTest {
    /** What the fastest start may take; 1 to 1.4 s are usual. */
    private static final double MOST_SECONDS = 2;

    /** Starts of a JVM: other load hits some of them only. */
    private static final int STARTS = 3;

    /** Measures one JVM and prints the seconds until a product was warm: of the processor, and by the clock. */
    static final class Main {
        /** A share of the final speed that counts as warm. */
        private static final double WARM = 0.9;

        /** The best of the windows are taken for the final speed but for this share, which may be luck. */
        private static final double LUCK = 0.02;

        private static final int CALLS = 4;
        private static final double SECONDS = 3;
        private static final int SIZE = 256;

        private Main() {}

        /** How long some calls took, and when they ended: in processor time, and on the clock. */
        private record Window(long nanos, double processor, double clock) {}

        public static void main(String[] args) {
            ThreadMXBean thread = ManagementFactory.getThreadMXBean();
            long start = ManagementFactory.getRuntimeMXBean().getStartTime();
            List<Window> windows = new ArrayList<>();
            Matrix<float[]> a = operand();
            Matrix<float[]> b = operand();
            Matrix<float[]> c = operand();
            try (Kernels<float[]> kernels = new Tested<>("vector", Precision.F32).open()) {
                while (thread.getCurrentThreadCpuTime() < 1e9 * SECONDS) {
                    long before = System.nanoTime();
                    for (int i = 0; i < CALLS; i++) {
                        kernels.gemm(1, a, b, 0, c);
                    }
                    long nanos = System.nanoTime() - before;
                    double clock = (System.currentTimeMillis() - start) / 1e3;
                    windows.add(new Window(nanos, thread.getCurrentThreadCpuTime() / 1e9, clock));
                }
            }
            long[] sorted = windows.stream().mapToLong(Window::nanos).sorted().toArray();
            double last = sorted[(int) (LUCK * sorted.length)];
            Window warm = windows.stream()
                    .filter(window -> window.nanos <= last / WARM)
                    .findFirst()
                    .orElseThrow();
            System.out.println(warm.processor);
            System.out.println(warm.clock);
        }

        private static Matrix<float[]> operand() {
            float[] values = new float[SIZE * SIZE];
            Arrays.fill(values, 0.5f);
            return Matrix.of(values, SIZE, SIZE);
        }
    }

    @Tag("extended")
    @Test
    void soonAtFullSpeed() throws IOException, InterruptedException {
        for (String collector : new String[] {"G1", "Parallel", "Serial"}) {
            double fastest = Double.POSITIVE_INFINITY;
            for (int i = 0; i < STARTS; i++) {
                List<String> printed = ForkedJvm.run(Main.class, "-XX:+Use" + collector + "GC");
                List<String> seconds = printed.subList(printed.size() - 2, printed.size());
                System.out.printf(
                        "%-8s gemm 256x256x256 warm after %s s of the processor, %s s by the clock%n",
                        collector, seconds.get(0), seconds.get(1));
                fastest = Math.min(fastest, Double.parseDouble(seconds.getFirst()));
            }
            assertTrue(
                    fastest <= MOST_SECONDS,
                    collector + ": warm after " + fastest + " s at best, allowed are " + MOST_SECONDS);
        }
    }
}

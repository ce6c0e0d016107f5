package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.workload.MachineLimits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same speed under every collector. */
class CollectorsTest {
    /** Between the fastest and the slowest, as a share of the slowest; a quiet machine shows much less. */
    private static final double MOST_DIFFERENCE = 0.25;

    /** Measures one JVM and prints the shares of its own ceiling that a product and attention reach. */
    static final class Main {
        private static final int CALLS = 16;
        private static final int ROUNDS = 8;
        private static final double ROUND_SECONDS = 0.3;
        private static final double WARMING_SECONDS = 5;
        private static final int SIZE = 256;
        private static final int HEADS = 12;
        private static final int LENGTH = 256;
        private static final int D_HEAD = 64;

        /** Operations of a call. */
        private static final double PRODUCT = 2.0 * SIZE * SIZE * SIZE;

        private static final double ATTENTION = 2.0 * HEADS * D_HEAD * LENGTH * (LENGTH + 1);

        private Main() {}

        public static void main(String[] args) {
            try (Kernels<float[]> kernels = new Tested<>("vector", Precision.F32).open()) {
                Runnable product = product(kernels);
                Runnable attention = attention(kernels);
                bestRate(PRODUCT, WARMING_SECONDS, product);
                bestRate(ATTENTION, WARMING_SECONDS, attention);
                double ceiling = 0;
                double productRate = 0;
                double attentionRate = 0;
                for (int round = 0; round < ROUNDS; round++) {
                    ceiling = Math.max(ceiling, 1e9 * MachineLimits.measureGflops(1));
                    productRate = Math.max(productRate, bestRate(PRODUCT, ROUND_SECONDS, product));
                    attentionRate = Math.max(attentionRate, bestRate(ATTENTION, ROUND_SECONDS, attention));
                }
                System.out.println(productRate / ceiling);
                System.out.println(attentionRate / ceiling);
            }
        }

        private static Runnable product(Kernels<float[]> kernels) {
            Matrix<float[]> a = operand(SIZE, SIZE);
            Matrix<float[]> b = operand(SIZE, SIZE);
            Matrix<float[]> c = operand(SIZE, SIZE);
            return () -> kernels.gemm(1, a, b, 0, c);
        }

        private static Runnable attention(Kernels<float[]> kernels) {
            AttentionHeads heads = AttentionHeads.scaled(HEADS, D_HEAD);
            Matrix<float[]> q = operand(LENGTH, HEADS * D_HEAD);
            Matrix<float[]> out = operand(LENGTH, HEADS * D_HEAD);
            Matrix<float[]> logSumExp = operand(HEADS, LENGTH);
            return () -> kernels.attention(heads, q, q, q, out, logSumExp);
        }

        private static Matrix<float[]> operand(int rows, int cols) {
            float[] values = new float[rows * cols];
            for (int i = 0; i < values.length; i++) {
                values[i] = i % 17 / 17f - 0.5f;
            }
            return Matrix.of(values, rows, cols);
        }

        /** Operations a second in the best window of calls. */
        private static double bestRate(double operations, double seconds, Runnable call) {
            double best = 0;
            long end = System.nanoTime() + (long) (1e9 * seconds);
            while (System.nanoTime() < end) {
                long before = System.nanoTime();
                for (int i = 0; i < CALLS; i++) {
                    call.run();
                }
                best = Math.max(best, CALLS * operations / (1e-9 * (System.nanoTime() - before)));
            }
            return best;
        }
    }

    @Tag("extended")
    @Test
    void sameSpeed() throws IOException, InterruptedException {
        List<Double> products = new ArrayList<>();
        List<Double> attentions = new ArrayList<>();
        for (String collector : new String[] {"G1", "Parallel", "Serial"}) {
            List<Double> measured = measure("-XX:+Use" + collector + "GC");
            System.out.printf(
                    "%-8s gemm 256x256x256 %.3f, attention H12 T256 D64 %.3f of the ceiling%n",
                    collector, measured.get(0), measured.get(1));
            products.add(measured.get(0));
            attentions.add(measured.get(1));
        }
        assertAlike("gemm", products);
        assertAlike("attention", attentions);
    }

    private static List<Double> measure(String collector) throws IOException, InterruptedException {
        List<String> printed = ForkedJvm.run(Main.class, collector);
        assertTrue(printed.size() >= 2, printed.toString());
        return printed.subList(printed.size() - 2, printed.size()).stream()
                .map(Double::valueOf)
                .toList();
    }

    private static void assertAlike(String what, List<Double> shares) {
        double least = shares.stream().min(Double::compare).orElseThrow();
        double most = shares.stream().max(Double::compare).orElseThrow();
        assertEquals(least, most, MOST_DIFFERENCE * least, what + " of G1, Parallel, Serial: " + shares);
    }
}

package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/**
 * Every kernel against the specification with vectors of each width this CPU has but the one that is taken by default, which all
 * other tests run on, in a JVM of its own.
 */
class VectorWidthTest {
    private static final int PLACES = 2;

    /** Prints what runs and the number of cases. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) {
            String bits = System.getProperty("icl4j.vectorBits");
            Tested<float[]> tested = new Tested<>("vector", Precision.F32);
            try (Kernels<float[]> kernels = tested.open()) {
                Agreement agreement =
                        new Agreement(tested + " " + bits, kernels, TestSeed.random("vectors of " + bits));
                agreement.onEveryShape(call -> true);
                agreement.onSpecialValues(call -> true, PLACES);
                int blocks = attentionOverBlocks(tested, kernels);
                System.out.println(kernels.info().summary() + ": " + (agreement.cases() + blocks) + " cases");
            }
        }

        /** Attention over several blocks of keys, plain and with caps, windows, biases and shared keys. */
        private static int attentionOverBlocks(Tested<float[]> tested, Kernels<float[]> kernels) {
            RandomGenerator random = TestSeed.random("attention over blocks");
            int cases = 0;
            for (int nKeys : new int[] {65, 129, 200}) {
                for (int dHead : new int[] {5, 33, 64}) {
                    for (int nQueries : new int[] {nKeys / 2, nKeys}) {
                        AttentionHeads heads = AttentionHeads.scaled(4, dHead).withKeyHeads(1 << random.nextInt(3));
                        AttentionKernelsCase.random(tested.precision(), heads, 1, nQueries, nKeys, dHead, random)
                                .sampled(1, random)
                                .check(kernels, tested.toString());
                        cases++;
                    }
                }
            }
            return cases;
        }
    }

    /** Both at once: each JVM calls from one thread, and most of its time the compiler takes. */
    @Test
    void everyKernelWithEveryOtherWidth() throws InterruptedException, ExecutionException {
        try (ExecutorService jvms = Executors.newCachedThreadPool()) {
            List<Callable<String>> runs = otherWidths()
                    .mapToObj(bits -> (Callable<String>) () -> everyKernel(bits))
                    .toList();
            for (Future<String> run : jvms.invokeAll(runs)) {
                System.out.println(run.get());
            }
        }
    }

    /** Of the vectors that this CPU has. */
    static IntStream widths() {
        return IntStream.of(128, 256, 512).filter(bits -> bits <= FloatVector.SPECIES_MAX.vectorBitSize());
    }

    private static IntStream otherWidths() {
        try (Kernels<float[]> kernels = new Tested<>("vector", Precision.F32).open()) {
            return widths().filter(bits -> bits != kernels.info().speciesBits());
        }
    }

    private static String everyKernel(int bits) throws IOException, InterruptedException {
        List<String> printed = ForkedJvm.run(Main.class, "-Dicl4j.vectorBits=" + bits, TestSeed.flag());
        assertTrue(printed.getLast().contains(bits + "-bit vectors"), printed.toString());
        return printed.getLast();
    }
}

package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * In the steady state a call of a vector kernel makes a few small objects and no vector, whatever the size of the operands, on one
 * thread and on two. In a JVM of its own that compiles in the foreground, so that calls, and not time, bring about that state.
 */
class AllocationTest {
    /** As {@link Kernels} says. A vector that is not kept in registers costs about 100 bytes at each step of a loop. */
    private static final long MOST_BYTES = 1024;

    /** C2's choice of what it inlines differs a little from one JVM to the next: what boxes in all of them boxes. */
    private static final int JVMS = 3;

    /** The first makes a matrix. In the others C2 leaves vectors in boxes: they are not held to the bound. */
    private static final Set<String> EXEMPT = Set.of(
            "pack and gemm",
            "softmax",
            "layerNorm",
            "layerNormBackward",
            "crossEntropy",
            "attention",
            "attentionBackward");

    /** Among many other kernels C2 leaves vectors in boxes where a product has several panels. */
    private static final Set<String> EXEMPT_WIDE = Set.of("gemm", "gemm with epilogue", "rnnBackward", "gruBackward");

    @Test
    void steadyState() throws IOException, InterruptedException {
        Set<String> boxing = tooMuch();
        for (int i = 1; i < JVMS && !boxing.isEmpty(); i++) {
            boxing.retainAll(tooMuch());
        }
        assertEquals(Set.of(), boxing, "allowed are " + MOST_BYTES + " bytes a call");
    }

    /** The kernels that make more than is allowed in a new JVM. */
    private static Set<String> tooMuch() throws IOException, InterruptedException {
        List<String> printed = ForkedJvm.run(Main.class, "-Xbatch", TestSeed.flag());
        printed.forEach(System.out::println);
        assertEquals(2, printed.stream().filter(Main.HEAD.asPredicate()).count(), "one thread, and two");
        return printed.stream()
                .filter(line -> line.startsWith(Main.TOO_MUCH))
                .map(line -> line.substring(Main.TOO_MUCH.length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Prints what the kernels allocate. */
    static final class Main {
        static final Pattern HEAD = Pattern.compile("^\\d+ kernels, threads: \\d+");
        static final String TOO_MUCH = "too much: ";

        /** Time of the caller's own, which waits for the compilers: far more than any kernel needs to be compiled. */
        private static final long PATIENCE_NANOS = 20_000_000_000L;

        private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

        private final List<Case> cases = new ArrayList<>();
        private final List<Long> threads;

        private Main(Kernels<float[]> kernels, List<KernelCall<float[]>> calls) {
            RandomGenerator random = TestSeed.random("allocation");
            calls.forEach(call -> cases.add(new Case(kernels, call, random)));
            threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread ->
                            thread == Thread.currentThread() || thread.getName().startsWith("icl4j-kernels"))
                    .map(Thread::threadId)
                    .toList();
        }

        public static void main(String[] args) {
            measure(1, without(EXEMPT, KernelCall.all(3, 41, 50)));
            // Enough for several tasks a call.
            measure(2, without(EXEMPT_WIDE, without(EXEMPT, KernelCall.all(2, 130, 140))));
        }

        private static List<KernelCall<float[]>> without(Set<String> names, List<KernelCall<float[]>> calls) {
            return calls.stream().filter(call -> !names.contains(call.name())).toList();
        }

        private static void measure(int threads, List<KernelCall<float[]>> calls) {
            try (Kernels<float[]> kernels = new Tested<>("vector", Precision.F32).open(threads)) {
                Main main = new Main(kernels, calls);
                assertEquals(threads, main.threads.size(), "threads that are watched");
                long start = THREADS.getCurrentThreadCpuTime();
                while (!main.tooMuch().isEmpty() && THREADS.getCurrentThreadCpuTime() - start < PATIENCE_NANOS) {
                    main.tooMuch().forEach(main::round);
                }
                double seconds = (THREADS.getCurrentThreadCpuTime() - start) * 1e-9;
                System.out.printf(
                        "%d kernels, threads: %d, %.1f s of the caller%n", main.cases.size(), threads, seconds);
                main.cases.forEach(one -> System.out.printf("%-30s %,8d bytes a call%n", one.name, one.bytes));
                main.tooMuch().forEach(one -> System.out.println(TOO_MUCH + one.name + ", threads: " + threads));
            }
        }

        private List<Case> tooMuch() {
            return cases.stream().filter(one -> one.bytes > MOST_BYTES).toList();
        }

        /** Kernels take turns, so that each meets the code that it shares with others as that will stay. */
        private void round(Case one) {
            long before = allocated();
            long start = System.nanoTime();
            for (int i = 0; i < one.calls; i++) {
                one.call.run();
            }
            boolean isShort = System.nanoTime() - start < Case.ROUND_NANOS;
            one.bytes = Math.min(one.bytes, (allocated() - before) / one.calls);
            one.calls = isShort ? 2 * one.calls : one.calls;
        }

        /** Bytes that the caller and the kernels' own threads have allocated. */
        private long allocated() {
            long bytes = 0;
            for (long thread : threads) {
                bytes += THREADS.getThreadAllocatedBytes(thread);
            }
            return bytes;
        }
    }

    /** A call, and the least that it has allocated. */
    private static final class Case {
        static final long ROUND_NANOS = 3_000_000;

        final String name;
        final Runnable call;
        int calls = 1;
        long bytes = Long.MAX_VALUE;

        Case(Kernels<float[]> kernels, KernelCall<float[]> call, RandomGenerator random) {
            List<Matrix<float[]>> operands = new ArrayList<>();
            for (KernelCall.Slot slot : call.slots()) {
                float[] values = new float[slot.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextFloat(0.1f, 1);
                }
                operands.add(slot.view(values, 0));
            }
            name = call.name();
            this.call = () -> call.body().run(kernels, operands);
        }
    }
}

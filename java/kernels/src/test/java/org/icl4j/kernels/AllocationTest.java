package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** What kernels are called on, and those that may make more than {@link #MOST_BYTES}, with what they may make. */
    private enum Setup {
        ONE_THREAD(1, 3, 41, 50, 24_000, 3_000),
        /** Enough for several tasks a call, and for several panels of a product. */
        TWO_THREADS(2, 2, 130, 140, 180_000, 6_000);

        private final int threads;
        private final int count;
        private final int rows;
        private final int cols;

        /** A matrix that is packed, and a few vectors a head that C2 boxes in some processes: half to twice more than was measured. */
        private final Map<String, Long> more;

        Setup(int threads, int count, int rows, int cols, long packing, long attention) {
            this.threads = threads;
            this.count = count;
            this.rows = rows;
            this.cols = cols;
            this.more = Map.of(
                    "pack and gemm",
                    packing,
                    "pack and gemm with stored weights",
                    2 * packing,
                    "pack and gemm with epilogue",
                    packing,
                    "attention",
                    attention);
        }
    }

    @Test
    void steadyState() throws IOException, InterruptedException {
        Set<String> boxing = tooMuch();
        for (int i = 1; i < JVMS && !boxing.isEmpty(); i++) {
            boxing.retainAll(tooMuch());
        }
        assertEquals(Set.of(), boxing, "allowed are " + MOST_BYTES + " bytes a call, and what Setup.more says");
    }

    private static Set<String> tooMuch() throws IOException, InterruptedException {
        List<String> printed = ForkedJvm.run(Main.class, "-Xbatch", TestSeed.flag());
        printed.forEach(System.out::println);
        assertEquals(
                Setup.values().length,
                printed.stream().filter(Main.HEAD.asPredicate()).count());
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

        private Main(Kernels<float[]> kernels, Setup setup) {
            RandomGenerator random = TestSeed.random("allocation");
            for (KernelCall<float[]> call : KernelCall.<float[]>all(setup.count, setup.rows, setup.cols)) {
                cases.add(new Case(kernels, call, setup.more.getOrDefault(call.name(), MOST_BYTES), random));
            }
            this.threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread ->
                            thread == Thread.currentThread() || thread.getName().startsWith("icl4j-kernels"))
                    .map(Thread::threadId)
                    .toList();
        }

        public static void main(String[] args) {
            for (Setup setup : Setup.values()) {
                measure(setup);
            }
        }

        private static void measure(Setup setup) {
            try (Kernels<float[]> kernels = new Tested<>("vector", Precision.F32).open(setup.threads)) {
                Main main = new Main(kernels, setup);
                assertEquals(setup.threads, main.threads.size(), "threads that are watched");
                long start = THREADS.getCurrentThreadCpuTime();
                while (!main.tooMuch().isEmpty() && THREADS.getCurrentThreadCpuTime() - start < PATIENCE_NANOS) {
                    main.tooMuch().forEach(main::round);
                }
                double seconds = (THREADS.getCurrentThreadCpuTime() - start) * 1e-9;
                System.out.printf(
                        "%d kernels, threads: %d, %.1f s of the caller%n", main.cases.size(), setup.threads, seconds);
                main.cases.forEach(one -> System.out.printf("%-30s %,8d bytes a call%n", one.name, one.bytes));
                main.tooMuch().forEach(one -> System.out.println(TOO_MUCH + one.name + ", threads: " + setup.threads));
            }
        }

        private List<Case> tooMuch() {
            return cases.stream().filter(one -> one.bytes > one.most).toList();
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
        final long most;
        int calls = 1;
        long bytes = Long.MAX_VALUE;

        Case(Kernels<float[]> kernels, KernelCall<float[]> call, long most, RandomGenerator random) {
            List<Matrix<float[]>> operands = new ArrayList<>();
            for (KernelCall.Slot slot : call.slots()) {
                float[] values = new float[slot.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextFloat(0.1f, 1);
                }
                operands.add(slot.view(values, 0));
            }
            name = call.name();
            this.most = most;
            this.call = () -> call.body().run(kernels, operands);
        }
    }
}

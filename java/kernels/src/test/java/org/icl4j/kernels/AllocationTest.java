package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * In the steady state a call of a vector kernel makes a few small objects and no vector, whatever the size of the operands, on one
 * thread and on two. In a JVM of its own that compiles in the foreground, so that calls, and not time, bring about that state.
 */
class AllocationTest {
    /** As {@link Kernels} says. A vector that is not kept in registers costs about 100 bytes at each step of a loop. */
    private static final long MOST_BYTES = 1024;

    /** For a kernel in whose code C2 leaves vectors in boxes. */
    private static final long MOST_ALONE = 4096;

    /** C2's choice of what it inlines differs a little from one JVM to the next: what boxes in all of them boxes. */
    private static final int JVMS = 3;

    /**
     * What kernels are called on, and those that are not held to {@link #MOST_BYTES} among others, with the bytes a call that each may
     * make alone in a JVM: {@link #MOST_ALONE}, or where that does not do, about half more than was measured in the worst of a few
     * JVMs. "pack and gemm" makes a matrix; in the others C2 leaves vectors in boxes.
     */
    private enum Setup {
        ONE_THREAD(
                1,
                3,
                41,
                50,
                Map.of(
                        "pack and gemm", 24_000L,
                        "softmax", MOST_ALONE,
                        "layerNorm", MOST_ALONE,
                        "layerNormBackward", 45_000L,
                        "crossEntropy", 370_000L,
                        "attention", 9_000L,
                        "attentionBackward", 8_500L),
                Map.of()),
        /** Enough for several tasks a call, and for several panels of a product, in which C2 boxes too when other kernels ran before. */
        TWO_THREADS(
                2,
                2,
                130,
                140,
                Map.of(
                        "pack and gemm", 180_000L,
                        "softmax", MOST_ALONE,
                        "layerNorm", MOST_ALONE,
                        "layerNormBackward", 190_000L,
                        "crossEntropy", 295_000L,
                        "attention", 14_000L,
                        "attentionBackward", 6_400L),
                Map.of(
                        "gemm", MOST_ALONE,
                        "gemm with epilogue", MOST_ALONE,
                        "rnnBackward", MOST_ALONE,
                        "gruBackward", MOST_ALONE));

        private final int threads;
        private final int count;
        private final int rows;
        private final int cols;
        private final Map<String, Long> alone = new TreeMap<>();

        Setup(int threads, int count, int rows, int cols, Map<String, Long> alone, Map<String, Long> products) {
            this.threads = threads;
            this.count = count;
            this.rows = rows;
            this.cols = cols;
            this.alone.putAll(alone);
            this.alone.putAll(products);
        }

        List<KernelCall<float[]>> calls(Predicate<String> wanted) {
            return KernelCall.<float[]>all(count, rows, cols).stream()
                    .filter(call -> wanted.test(call.name()))
                    .toList();
        }
    }

    @Test
    void steadyState() throws IOException, InterruptedException {
        assertEquals(Set.of(), boxing(2), "allowed are " + MOST_BYTES + " bytes a call");
    }

    /** So that a kernel that is not held to the bound among others is held to something. */
    @Tag("extended")
    @ParameterizedTest
    @MethodSource
    void alone(Setup setup, String kernel, long most) throws IOException, InterruptedException {
        String[] flags = {"-Dsetup=" + setup, "-Dkernel=" + kernel, "-Dmost=" + most};
        assertEquals(Set.of(), boxing(1, flags), "allowed are " + most + " bytes a call");
    }

    static Stream<Arguments> alone() {
        return Stream.of(Setup.values())
                .flatMap(setup ->
                        setup.alone.entrySet().stream().map(one -> Arguments.of(setup, one.getKey(), one.getValue())));
    }

    /** The kernels that make more than is allowed in every new JVM. */
    private static Set<String> boxing(int measurements, String... flags) throws IOException, InterruptedException {
        Set<String> boxing = tooMuch(measurements, flags);
        for (int i = 1; i < JVMS && !boxing.isEmpty(); i++) {
            boxing.retainAll(tooMuch(measurements, flags));
        }
        return boxing;
    }

    private static Set<String> tooMuch(int measurements, String... flags) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-Xbatch", TestSeed.flag()));
        all.addAll(List.of(flags));
        List<String> printed = ForkedJvm.run(Main.class, all.toArray(String[]::new));
        printed.forEach(System.out::println);
        assertEquals(
                measurements, printed.stream().filter(Main.HEAD.asPredicate()).count());
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
        private final long most;

        private Main(Kernels<float[]> kernels, List<KernelCall<float[]>> calls, long most) {
            RandomGenerator random = TestSeed.random("allocation");
            calls.forEach(call -> cases.add(new Case(kernels, call, random)));
            this.threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread ->
                            thread == Thread.currentThread() || thread.getName().startsWith("icl4j-kernels"))
                    .map(Thread::threadId)
                    .toList();
            this.most = most;
        }

        public static void main(String[] args) {
            String kernel = System.getProperty("kernel");
            if (kernel == null) {
                for (Setup setup : Setup.values()) {
                    Set<String> alone = setup.alone.keySet();
                    measure(setup, name -> !alone.contains(name), MOST_BYTES);
                }
            } else {
                measure(Setup.valueOf(System.getProperty("setup")), kernel::equals, Long.getLong("most"));
            }
        }

        private static void measure(Setup setup, Predicate<String> wanted, long most) {
            try (Kernels<float[]> kernels = new Tested<>("vector", Precision.F32).open(setup.threads)) {
                Main main = new Main(kernels, setup.calls(wanted), most);
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
            return cases.stream().filter(one -> one.bytes > most).toList();
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

package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelCall.Outcome;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many threads on one instance: each gets the bits that it would get alone, and none is left when the instance is closed. */
@ExtendWith(CaseReport.class)
class SharingTest {
    private static final int CALLERS = 16;
    /** Of the calls that a caller makes: each call is made by five callers or more. */
    private static final int PARTS = 3;

    private static final int CLOSINGS = 1;

    private final RandomGenerator random = TestSeed.random("sharing");

    static Stream<Tested<?>> providers() {
        return Tested.everyTwin().filter(tested -> !tested.provider().equals("scalar"));
    }

    @ParameterizedTest
    @MethodSource("providers")
    @Timeout(180)
    void sixteenCallers(Tested<float[]> tested) throws InterruptedException, ExecutionException {
        for (int threads = 1; threads <= 2; threads++) {
            long before = kernelThreads();
            try (Kernels<float[]> kernels = tested.open(threads)) {
                assertEquals(before + threads - 1, kernelThreads(), tested + " open");
                share(tested, threads == 1 ? small(kernels) : large(kernels));
            }
            assertEquals(before, kernelThreads(), tested + " closed");
        }
    }

    private static long kernelThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("icl4j-kernels"))
                .count();
    }

    /** Closed while all of them call: each call ends with the right bits, or says that the kernels are closed; the JVM stays up. */
    @ParameterizedTest
    @MethodSource("providers")
    @Timeout(180)
    void closedWhileCallersAreAtWork(Tested<float[]> tested) throws InterruptedException, ExecutionException {
        for (int round = 0; round < CLOSINGS; round++) {
            long before = kernelThreads();
            Kernels<float[]> kernels = tested.open(2);
            try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
                List<Case> cases = small(kernels);
                CountDownLatch atWork = new CountDownLatch(CALLERS);
                List<Future<?>> ended = new ArrayList<>();
                for (int caller = 0; caller < CALLERS; caller++) {
                    int first = caller + round;
                    ended.add(callers.submit(() -> untilClosed(tested, cases, first, atWork)));
                }
                atWork.await();
                kernels.close();
                assertEquals(before, kernelThreads(), tested + " closed");
                for (Future<?> caller : ended) {
                    caller.get();
                }
            } finally {
                kernels.close();
            }
        }
        tested.count(CLOSINGS);
    }

    private static void untilClosed(Tested<?> tested, List<Case> cases, int first, CountDownLatch atWork) {
        for (int i = first; true; i++) {
            try {
                atWork.countDown();
                cases.get(i % cases.size()).check(tested);
            } catch (IllegalStateException e) {
                assertTrue(e.getMessage().contains("closed"), () -> tested + " " + e);
                return;
            }
        }
    }

    private List<Case> small(Kernels<float[]> kernels) {
        return cases(kernels, 2, 24, 32);
    }

    /** Enough elements for more than one task. */
    private List<Case> large(Kernels<float[]> kernels) {
        return cases(kernels, 3, 70, 96);
    }

    private List<Case> cases(Kernels<float[]> kernels, int count, int rows, int cols) {
        return KernelCall.<float[]>all(count, rows, cols).stream()
                .map(call -> new Case(call, kernels))
                .toList();
    }

    /** Every caller makes a part of the calls, beginning with another one each, so that different kernels meet. */
    private static void share(Tested<float[]> tested, List<Case> cases)
            throws InterruptedException, ExecutionException {
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<?>> ended = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                int first = caller;
                ended.add(callers.submit(() -> {
                    for (int i = 0; i < cases.size() / PARTS; i++) {
                        cases.get((PARTS * first + i) % cases.size()).check(tested);
                    }
                }));
            }
            for (Future<?> caller : ended) {
                caller.get();
            }
        }
        tested.count((long) CALLERS * (cases.size() / PARTS));
    }

    /** A call, and the bits of its operands after it, and of what it returned, where nobody else calls. */
    private final class Case {
        private final KernelCall<float[]> call;
        private final Kernels<float[]> kernels;
        private final List<float[]> before;
        private final Outcome after;

        Case(KernelCall<float[]> call, Kernels<float[]> kernels) {
            this.call = call;
            this.kernels = kernels;
            before = call.slots().stream().map(slot -> values(slot.size())).toList();
            after = run();
        }

        private Outcome run() {
            List<Matrix<float[]>> operands = new ArrayList<>();
            for (int i = 0; i < before.size(); i++) {
                operands.add(call.slots().get(i).view(before.get(i).clone(), 0));
            }
            return Outcome.of(call, kernels, operands);
        }

        void check(Tested<?> tested) {
            after.assertSame(run(), tested + " " + call + " among " + CALLERS + " callers, " + TestSeed.hint());
        }
    }

    private float[] values(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}

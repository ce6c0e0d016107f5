package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many threads on one instance: each gets the bits that it would get alone, and none is left when the instance is closed. */
@ExtendWith(CaseReport.class)
class SharingTest {
    private static final int CALLERS = 16;
    private static final int ROUNDS = 6;

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
                share(tested, kernels);
            }
            assertEquals(before, kernelThreads(), tested + " closed");
        }
    }

    private static long kernelThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("icl4j-kernels"))
                .count();
    }

    /** Every caller makes every call, beginning with another one each, so that different kernels meet. */
    private void share(Tested<float[]> tested, Kernels<float[]> kernels)
            throws InterruptedException, ExecutionException {
        List<Case> cases = new ArrayList<>();
        for (KernelCall<float[]> call : KernelCall.<float[]>all(3, 70, 96)) {
            if (List.of("gemm", "softmax", "attention", "layerNorm").contains(call.name())) {
                cases.add(new Case(call, kernels));
            }
        }
        assertEquals(4, cases.size());
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<?>> ended = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                int first = caller;
                ended.add(callers.submit(() -> {
                    for (int i = 0; i < ROUNDS * cases.size(); i++) {
                        cases.get((first + i) % cases.size()).check(tested);
                    }
                }));
            }
            for (Future<?> caller : ended) {
                caller.get();
            }
        }
        tested.count((long) CALLERS * ROUNDS * cases.size());
    }

    /** A call, and the bits of its operands after it where nobody else calls. */
    private final class Case {
        private final KernelCall<float[]> call;
        private final Kernels<float[]> kernels;
        private final List<float[]> before;
        private final List<float[]> after;

        Case(KernelCall<float[]> call, Kernels<float[]> kernels) {
            this.call = call;
            this.kernels = kernels;
            before = call.slots().stream().map(slot -> values(slot.size())).toList();
            after = run();
        }

        private List<float[]> run() {
            List<Matrix<float[]>> operands = new ArrayList<>();
            for (int i = 0; i < before.size(); i++) {
                operands.add(call.slots().get(i).view(before.get(i).clone(), 0));
            }
            call.body().run(kernels, operands);
            return operands.stream().map(Matrix::array).toList();
        }

        void check(Tested<float[]> tested) {
            List<float[]> now = run();
            for (int i = 0; i < now.size(); i++) {
                String what =
                        tested + " " + call + " " + call.slots().get(i).name() + " among " + CALLERS + " callers, ";
                assertArrayEquals(after.get(i), now.get(i), what + TestSeed.hint());
            }
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

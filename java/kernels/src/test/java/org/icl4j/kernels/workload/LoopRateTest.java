package org.icl4j.kernels.workload;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class LoopRateTest {
    /** No core starts more than this many operations on single numbers in a nanosecond. */
    private static final double PHYSICAL = 20;

    private static final int WINDOWS = 9;

    private static volatile Object kept;

    /** A loop whose result the compiler can work out by itself is infinitely fast. */
    @Test
    void plainLoopsAreRun() {
        PlainLoops loops = new PlainLoops();
        double multiplyAdds = new LoopRate(
                        "multiply-adds", 1, WINDOWS, LoopRate.PATIENCE_SECONDS, thread -> loops.multiplyAdds(0))
                .measure();
        assertTrue(multiplyAdds > 0 && multiplyAdds < PHYSICAL, multiplyAdds + " multiply-adds in a nanosecond");
        double divisions =
                new LoopRate("divisions", 1, WINDOWS, LoopRate.PATIENCE_SECONDS, thread -> loops::divisions).measure();
        assertTrue(divisions > 0 && divisions < PHYSICAL, divisions + " divisions in a nanosecond");
    }

    /** As a loop on vectors is until it is compiled: here that takes a fixed number of calls. */
    @Test
    void callsThatAllocateDoNotCount() {
        AtomicInteger calls = new AtomicInteger();
        LongSupplier compiledLate = () -> {
            boolean compiled = calls.incrementAndGet() > 3;
            kept = compiled ? null : new byte[1 << 24];
            return compiled ? 1 : 1_000_000_000_000L;
        };
        double rate = new LoopRate("late", 1, WINDOWS, LoopRate.PATIENCE_SECONDS, thread -> compiledLate).measure();
        assertTrue(rate < 1, rate + " in a nanosecond: the calls that allocated count");
    }

    @Test
    void aLoopThatIsNeverCompiledIsNamed() {
        LongSupplier never = () -> {
            kept = new byte[1 << 20];
            return 1;
        };
        LimitsUnavailableException e = assertThrows(
                LimitsUnavailableException.class, () -> new LoopRate("never", 2, 1, 0.05, thread -> never).measure());
        for (String part :
                List.of("'never'", "0.05 s", "0 windows counted", "allowed are 500", "-Dicl4j.limitSeconds=")) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    @Test
    void threadsAddUp() {
        LongSupplier millisecond = () -> {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < 1_000_000) {
                Thread.onSpinWait();
            }
            return 1_000_000;
        };
        double three = new LoopRate(
                        "clock", 3, WINDOWS, LoopRate.PATIENCE_SECONDS, thread -> thread == 0 ? () -> 0 : millisecond)
                .measure();
        assertTrue(three > 0 && three <= 2, three + " of 2 threads");
    }
}

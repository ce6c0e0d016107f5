package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In the steady state a call of most vector kernels allocates a few small objects, whatever the size of the operands. */
class AllocationTest {
    private static final Set<String> REPRESENTATIVE = Set.of(
            "gemm", "softmax", "layerNorm", "gelu EXACT", "attentionBackward", "adamW", "gate SWIGLU", "rmsNorm");

    /** In these C2 leaves vectors in boxes, 7 kB to 1 MB a call at the larger size: shown, and not held to the bound. */
    private static final Set<String> BOXING = Set.of(
            "layerNormBackward", "attention", "rnnBackward", "gruBackward", "selectiveScan", "selectiveScanBackward");

    private static final int SMALL = 64;
    private static final int LARGE = 128;

    /** Vectors that are not kept in registers cost 80 bytes each: one for every row would be beyond it. */
    private static final long MOST_BYTES = 4096;

    private static final int CALLS = 20;

    /** The compilers get this long to compile a kernel. */
    private static final long PATIENCE_NANOS = 8_000_000_000L;

    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private final RandomGenerator random = TestSeed.random("allocation");

    @Tag("extended")
    @Test
    void representativeKernels() {
        check(REPRESENTATIVE);
    }

    @Tag("extended")
    @Test
    void everyKernel() {
        check(Set.of());
    }

    /** All kernels if none is named. */
    private void check(Set<String> names) {
        List<String> tooMuch = new ArrayList<>();
        List<KernelCall<float[]>> small = KernelCall.all(1, SMALL, SMALL);
        List<KernelCall<float[]>> large = KernelCall.all(1, LARGE, LARGE);
        int checked = 0;
        try (Kernels<float[]> kernels = new Tested<>("vector", Precision.F32).open()) {
            for (int i = 0; i < small.size(); i++) {
                String name = small.get(i).name();
                if (names.isEmpty() || names.contains(name)) {
                    long smallBytes = bytes(kernels, small.get(i));
                    long largeBytes = bytes(kernels, large.get(i));
                    String line = String.format("%-30s %,8d %,8d bytes a call", name, smallBytes, largeBytes);
                    System.out.println(line);
                    if (Math.max(smallBytes, largeBytes) > MOST_BYTES && !BOXING.contains(name)) {
                        tooMuch.add(line);
                    }
                    checked++;
                }
            }
        }
        assertEquals(names.isEmpty() ? small.size() : names.size(), checked, "kernels");
        assertEquals(List.of(), tooMuch, "allowed are " + MOST_BYTES + " bytes");
    }

    /** A call's allocation once it is compiled, or when patience ends. */
    private long bytes(Kernels<float[]> kernels, KernelCall<float[]> call) {
        List<Matrix<float[]>> operands = new ArrayList<>();
        for (KernelCall.Slot slot : call.slots()) {
            operands.add(slot.view(values(slot.size()), 0));
        }
        long start = System.nanoTime();
        long least = Long.MAX_VALUE;
        do {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                call.body().run(kernels, operands);
            }
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / CALLS);
        } while (least > MOST_BYTES / 4 && System.nanoTime() - start < PATIENCE_NANOS);
        return least;
    }

    private float[] values(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextFloat(0.1f, 1);
        }
        return values;
    }
}

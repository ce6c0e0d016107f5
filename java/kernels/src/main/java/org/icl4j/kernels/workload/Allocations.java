package org.icl4j.kernels.workload;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/** Counts what the current thread allocates. */
public final class Allocations {
    /** Bytes that the current thread has allocated; always the same in a JVM that does not tell. */
    public static final LongSupplier OF_THIS_THREAD = ofThisThread();

    private Allocations() {}

    private static LongSupplier ofThisThread() {
        try {
            return Counter.open();
        } catch (LinkageError noManagement) { // The module jdk.management is optional.
            return () -> 0;
        }
    }

    /** A class of its own, so that the optional module is touched here only. */
    private static final class Counter {
        static LongSupplier open() {
            ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
            return threads != null && threads.isThreadAllocatedMemorySupported()
                    ? threads::getCurrentThreadAllocatedBytes
                    : () -> 0;
        }
    }
}

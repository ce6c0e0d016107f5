package org.icl4j.kernels.openblas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Memory outside the heap, kept between calls. */
final class OffHeapScratch {
    private static final long ALIGNMENT = 64;

    private final Deque<MemorySegment> free = new ArrayDeque<>();

    /**
     * Lends {@code body} at least {@code bytes} bytes with any content. Many threads may borrow at
     * once.
     */
    void lend(long bytes, Consumer<MemorySegment> body) {
        MemorySegment segment = take(bytes);
        try {
            body.accept(segment);
        } finally {
            giveBack(segment);
        }
    }

    private synchronized MemorySegment take(long bytes) {
        MemorySegment last = free.pollLast();
        if (last == null) {
            return allocate(bytes);
        }
        long had = last.byteSize();
        if (had >= bytes) {
            return last;
        }
        last = null; // What is too small must be collectable while its successor is allocated.
        return grow(bytes, 2 * had);
    }

    /** Twice as much if that fits, so that demands that rise slowly are not an allocation each. */
    private static MemorySegment grow(long bytes, long doubled) {
        if (doubled > bytes) {
            try {
                return allocate(doubled);
            } catch (OutOfMemoryError doubledDoesNotFit) {
                return allocate(bytes);
            }
        }
        return allocate(bytes);
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }

    private synchronized void giveBack(MemorySegment segment) {
        free.addLast(segment);
    }

    synchronized void clear() {
        free.clear();
    }
}

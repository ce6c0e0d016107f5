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
        if (last != null && last.byteSize() >= bytes) {
            return last;
        }
        return Arena.ofAuto().allocate(Math.max(bytes, last == null ? 0 : 2 * last.byteSize()), ALIGNMENT);
    }

    private synchronized void giveBack(MemorySegment segment) {
        free.addLast(segment);
    }

    synchronized void clear() {
        free.clear();
    }
}

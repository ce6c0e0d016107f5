package org.icl4j.kernels.vector;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Working objects that are kept between calls and set anew by each, so that a call in the steady state makes none. For many threads at
 * once; who takes one has it alone until it is given back.
 */
final class Idle<T> {
    /** Callers at once, besides the threads of the kernels, whose objects are kept. */
    private static final int CALLERS = 32;

    private final AtomicReferenceArray<T> slots;
    private final Supplier<T> make;

    /**
     * @param threads that work on one call
     */
    Idle(int threads, Supplier<T> make) {
        this.slots = new AtomicReferenceArray<>(CALLERS + threads);
        this.make = make;
    }

    T take() {
        for (int i = 0; i < slots.length(); i++) {
            T object = slots.get(i);
            if (object != null && slots.compareAndSet(i, object, null)) {
                return object;
            }
        }
        return make.get();
    }

    void giveBack(T object) {
        for (int i = 0; i < slots.length(); i++) {
            if (slots.get(i) == null && slots.compareAndSet(i, null, object)) {
                return;
            }
        }
    }
}

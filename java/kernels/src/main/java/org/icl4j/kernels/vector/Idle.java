package org.icl4j.kernels.vector;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Working objects that are kept between calls and set anew by each, so that a call in the steady state makes none. For many threads at
 * once; who takes one has it alone until it is given back.
 */
final class Idle<T> {
    private static final int SLOTS = 32;

    private final AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(SLOTS);
    private final Supplier<T> make;

    Idle(Supplier<T> make) {
        this.make = make;
    }

    T take() {
        for (int i = 0; i < SLOTS; i++) {
            T object = slots.get(i);
            if (object != null && slots.compareAndSet(i, object, null)) {
                return object;
            }
        }
        return make.get();
    }

    void giveBack(T object) {
        for (int i = 0; i < SLOTS; i++) {
            if (slots.get(i) == null && slots.compareAndSet(i, null, object)) {
                return;
            }
        }
    }
}

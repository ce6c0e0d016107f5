package org.icl4j.lab.training;

import java.util.Locale;
import org.icl4j.transformer.training.Trainer;

/** How fast training goes, in multiply-adds that the model's products need, of late. */
final class Speed {
    private static final long WINDOW_NANOS = 1_000_000_000;

    private final Trainer<?> trainer;
    private long since = System.nanoTime();
    private double operations;
    private String note = "";

    Speed(Trainer<?> trainer) {
        this.trainer = trainer;
    }

    /** One more step is done. */
    void stepped() {
        operations += trainer.operations();
        long now = System.nanoTime();
        if (now - since >= WINDOW_NANOS) {
            note = String.format(Locale.ROOT, "  %.1f GFLOP/s", operations / (now - since));
            since = now;
            operations = 0;
        }
    }

    /** The rate over the last second, in words; empty before it is known. */
    String note() {
        return note;
    }
}

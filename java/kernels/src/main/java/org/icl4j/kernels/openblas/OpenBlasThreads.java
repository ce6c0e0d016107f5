package org.icl4j.kernels.openblas;

import org.icl4j.bindings.openblas.OpenBlas;
import org.icl4j.kernels.KernelUnavailableException;

/**
 * OpenBLAS's number of threads, which is one for the whole process and part of the identity of its
 * results. The first instance to open sets it, those open beside it must agree, and the last to
 * close puts back what was there.
 */
final class OpenBlasThreads {
    private static int users;
    private static int before;
    private static int asked;

    private boolean restored;

    private OpenBlasThreads() {}

    /**
     * @throws KernelUnavailableException if an open instance relies on another number
     */
    static OpenBlasThreads set(int threads) {
        synchronized (OpenBlasThreads.class) {
            if (users > 0 && asked != threads) {
                throw new KernelUnavailableException(
                        "openblas",
                        "threads="
                                + threads
                                + ", but OpenBLAS's process-wide number is "
                                + asked
                                + " for kernels that are still open",
                        "close those, or open with the same number");
            }
            if (users++ == 0) {
                before = OpenBlas.openblas_get_num_threads();
                asked = threads;
                OpenBlas.openblas_set_num_threads(threads);
            }
            return new OpenBlasThreads();
        }
    }

    /** The number in force, which is below the one asked for where the library was built for fewer. */
    int inForce() {
        return OpenBlas.openblas_get_num_threads();
    }

    void restore() {
        synchronized (OpenBlasThreads.class) {
            if (!restored) {
                restored = true;
                if (--users == 0) {
                    OpenBlas.openblas_set_num_threads(before);
                }
            }
        }
    }
}

package org.icl4j.kernels.openblas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.icl4j.bindings.openblas.OpenBlas;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenBLAS's one number of threads: set by the first instance, reported as it is, put back by the last. */
class OpenBlasThreadsTest {
    private int before;

    @BeforeEach
    void remember() {
        OpenBlasLibrary.load();
        before = OpenBlas.openblas_get_num_threads();
    }

    @AfterEach
    void putBack() {
        OpenBlas.openblas_set_num_threads(before);
    }

    private static Kernels<float[]> open(int threads) {
        return Kernels.open(
                Precision.F32, KernelOptions.defaults().provider("openblas").threads(threads));
    }

    @Test
    void restoredByTheLastToClose() {
        OpenBlas.openblas_set_num_threads(1);
        Kernels<float[]> first = open(2);
        Kernels<float[]> second = open(2);
        assertEquals(2, OpenBlas.openblas_get_num_threads());
        first.close();
        first.close();
        assertEquals(2, OpenBlas.openblas_get_num_threads(), "the second still relies on it");
        second.close();
        assertEquals(1, OpenBlas.openblas_get_num_threads());
    }

    /** A library is built for a greatest number and takes that for any above. */
    @Test
    void reportedAsTheLibrarySays() {
        KernelOptions most = KernelOptions.defaults()
                .provider("openblas")
                .threads(KernelOptions.MAX_THREADS)
                .executor(Runnable::run);
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, most)) {
            int inForce = OpenBlas.openblas_get_num_threads();
            assertTrue(inForce < KernelOptions.MAX_THREADS, inForce + " threads");
            assertEquals(inForce, kernels.info().openBlas().orElseThrow().threads());
        }
    }
}

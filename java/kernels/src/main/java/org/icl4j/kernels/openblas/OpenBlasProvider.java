package org.icl4j.kernels.openblas;

import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.provider.EpilogueSteps;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.KernelProvider;
import org.icl4j.kernels.provider.WorkerPool;
import org.icl4j.kernels.scalar.ScalarProvider;
import org.icl4j.kernels.vector.VectorProvider;

/**
 * Matrix products by OpenBLAS; everything else by the vector provider, or by the scalar one where
 * that cannot run or there is no vector code for the precision.
 */
public final class OpenBlasProvider implements KernelProvider {
    @Override
    public <A> KernelParts<A> open(Precision<A> precision, WorkerPool workers) {
        OpenBlasLibrary library = OpenBlasLibrary.load();
        KernelParts<A> others = others(precision, workers);
        OpenBlasProducts<A> products =
                new OpenBlasProducts<>(precision, new EpilogueSteps<>(precision, others.rows(), others.activations()));
        OpenBlasThreads threads = OpenBlasThreads.set(workers.threads());
        return others.withProducts(products, library.info(threads.inForce()), () -> {
            products.close();
            threads.restore();
        });
    }

    private static <A> KernelParts<A> others(Precision<A> precision, WorkerPool workers) {
        if (precision == Precision.F32) {
            try {
                return new VectorProvider().open(precision, workers);
            } catch (KernelUnavailableException e) {
                System.getLogger(OpenBlasProvider.class.getName())
                        .log(System.Logger.Level.WARNING, "{0}; all but products will be scalar", e.getMessage());
            }
        }
        return new ScalarProvider().open(precision, workers);
    }
}

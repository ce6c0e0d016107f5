package org.icl4j.bench.peers;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;

/** The Vector API code of luhenry/netlib. It is column-major, so it computes Cᵀ = op(B)ᵀ·op(A)ᵀ. */
final class VectorBlasPeer extends ProductPeer {
    private final BLAS blas = JavaBLAS.getInstance();

    /** It computes on one thread, whatever {@code threads}. */
    VectorBlasPeer(int threads) {
        String chosen = blas.getClass().getSimpleName();
        if (!chosen.equals("VectorBLAS")) {
            throw new IllegalStateException("netlib chose " + chosen + ", not VectorBLAS");
        }
    }

    @Override
    Call prepare(Product p) {
        int sizeA = p.m() * p.k();
        int sizeB = p.k() * p.n();
        int sizeC = p.m() * p.n();
        String transposeA = p.transposeA() ? "T" : "N";
        String transposeB = p.transposeB() ? "T" : "N";
        return new Call() {
            @Override
            public void run() {
                for (int i = 0; i < p.count(); i++) {
                    blas.sgemm(
                            transposeB,
                            transposeA,
                            p.n(),
                            p.m(),
                            p.k(),
                            1,
                            p.b(),
                            i * sizeB,
                            p.ldb(),
                            p.a(),
                            i * sizeA,
                            p.lda(),
                            0,
                            p.c(),
                            i * sizeC,
                            p.n());
                }
            }

            @Override
            public void collect() {
                // It wrote the result itself.
            }
        };
    }
}

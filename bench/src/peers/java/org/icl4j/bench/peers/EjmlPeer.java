package org.icl4j.bench.peers;

import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;

/** EJML's row-major products in f32. */
final class EjmlPeer extends ProductPeer {
    /** EJML computes on one thread here, whatever {@code threads}. */
    EjmlPeer(int threads) {}

    @Override
    Call prepare(Product p) {
        FMatrixRMaj[] as = split(p.a(), p.count(), p.transposeA() ? p.k() : p.m(), p.lda());
        FMatrixRMaj[] bs = split(p.b(), p.count(), p.transposeB() ? p.n() : p.k(), p.ldb());
        FMatrixRMaj[] cs = split(p.c(), p.count(), p.m(), p.n());
        return new Call() {
            @Override
            public void run() {
                for (int i = 0; i < p.count(); i++) {
                    multiply(p, as[i], bs[i], cs[i]);
                }
            }

            @Override
            public void collect() {
                for (int i = 0; i < p.count(); i++) {
                    System.arraycopy(cs[i].data, 0, p.c(), i * p.m() * p.n(), p.m() * p.n());
                }
            }
        };
    }

    private static void multiply(Product p, FMatrixRMaj a, FMatrixRMaj b, FMatrixRMaj c) {
        if (p.transposeA()) {
            CommonOps_FDRM.multTransA(a, b, c);
        } else if (p.transposeB()) {
            CommonOps_FDRM.multTransB(a, b, c);
        } else {
            CommonOps_FDRM.mult(a, b, c);
        }
    }

    private static FMatrixRMaj[] split(float[] array, int count, int rows, int cols) {
        FMatrixRMaj[] parts = new FMatrixRMaj[count];
        for (int i = 0; i < count; i++) {
            parts[i] = new FMatrixRMaj(rows, cols);
            System.arraycopy(array, i * rows * cols, parts[i].data, 0, rows * cols);
        }
        return parts;
    }
}

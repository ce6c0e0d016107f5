package org.icl4j.bench.peers;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;

/** oneDNN's BLAS entry, row-major, on memory outside the heap. */
final class OneDnnPeer extends ProductPeer {
    /** The number of threads was given to OpenMP by the environment. */
    OneDnnPeer(int threads) {}

    @Override
    Call prepare(Product p) {
        FloatPointer a = new FloatPointer(p.a());
        FloatPointer b = new FloatPointer(p.b());
        FloatPointer c = new FloatPointer(p.c());
        FloatPointer[] as = split(a, p.count(), (long) p.m() * p.k());
        FloatPointer[] bs = split(b, p.count(), (long) p.k() * p.n());
        FloatPointer[] cs = split(c, p.count(), (long) p.m() * p.n());
        byte transposeA = (byte) (p.transposeA() ? 'T' : 'N');
        byte transposeB = (byte) (p.transposeB() ? 'T' : 'N');
        return new Call() {
            @Override
            public void run() {
                for (int i = 0; i < p.count(); i++) {
                    int status = dnnl.dnnl_sgemm(
                            transposeA,
                            transposeB,
                            p.m(),
                            p.n(),
                            p.k(),
                            1,
                            as[i],
                            p.lda(),
                            bs[i],
                            p.ldb(),
                            0,
                            cs[i],
                            p.n());
                    if (status != 0) {
                        throw new IllegalStateException("dnnl_sgemm returned " + status);
                    }
                }
            }

            @Override
            public void collect() {
                c.position(0).get(p.c());
            }
        };
    }

    private static FloatPointer[] split(FloatPointer all, int count, long size) {
        FloatPointer[] parts = new FloatPointer[count];
        for (int i = 0; i < count; i++) {
            parts[i] = new FloatPointer(all).position(i * size);
        }
        return parts;
    }
}

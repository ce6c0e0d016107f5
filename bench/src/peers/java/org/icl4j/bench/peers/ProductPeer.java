package org.icl4j.bench.peers;

import java.util.List;
import java.util.Optional;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;

/** A library that multiplies matrices and does nothing else that we compare. */
abstract class ProductPeer implements Peer {
    /**
     * A product as BLAS knows it, row-major: C ← op(A)·op(B).
     *
     * @param count how many of them, one behind the other
     * @param transposeA whether A is stored transposed
     * @param transposeB whether B is stored transposed
     */
    record Product(
            int count, int m, int n, int k, boolean transposeA, boolean transposeB, float[] a, float[] b, float[] c) {

        static Product of(Workload<float[]> workload, Prepared<float[]> operands) {
            List<Matrix<float[]>> matrices = operands.operands();
            Matrix<float[]> a = matrices.get(0);
            Matrix<float[]> b = matrices.get(1);
            Matrix<float[]> c = matrices.get(2);
            String transposes = workload.shape().substring(workload.shape().length() - 2);
            boolean transposeA = transposes.charAt(0) == 'T';
            return new Product(
                    c.count(),
                    c.rows(),
                    c.cols(),
                    transposeA ? a.rows() : a.cols(),
                    transposeA,
                    transposes.charAt(1) == 'T',
                    a.array(),
                    b.array(),
                    c.array());
        }

        int lda() {
            return transposeA ? m : k;
        }

        int ldb() {
            return transposeB ? k : n;
        }
    }

    @Override
    public final Optional<Call> prepare(Workload<float[]> workload, Prepared<float[]> operands) {
        return workload.kernel().equals("gemm")
                ? Optional.of(prepare(Product.of(workload, operands)))
                : Optional.empty();
    }

    abstract Call prepare(Product product);
}

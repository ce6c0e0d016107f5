package org.icl4j.kernels.openblas;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.icl4j.bindings.openblas.OpenBlas;
import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.PackedMatrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.ProductKernels;
import org.icl4j.kernels.StoredMatrix;
import org.icl4j.kernels.WeightType;
import org.icl4j.kernels.provider.EpilogueSteps;
import org.icl4j.kernels.provider.Weights;

/**
 * {@link ProductKernels} by {@code cblas_sgemm} and {@code cblas_dgemm}, one call for each matrix
 * of the batch.
 *
 * <p>Small products work on the heap arrays themselves ({@link Linker.Option#critical}), which
 * holds up every safepoint of the JVM until the call ends, and so is kept to calls of microseconds.
 * Larger ones work on copies outside the heap.
 */
final class OpenBlasProducts<A> implements ProductKernels<A> {
    /**
     * Bounds on a call that may hold up the JVM: about 50 µs of arithmetic, and of memory traffic.
     */
    private static final long CRITICAL_FLOPS = 2_000_000;

    private static final long CRITICAL_ELEMENTS = 1 << 16;

    private final Precision<A> precision;
    private final EpilogueSteps<A> steps;
    private final MethodHandle onHeap;
    private final OffHeapScratch scratch = new OffHeapScratch();

    @SuppressWarnings("restricted") // The handle goes to a function whose prototype the bindings' tests
    // check.
    OpenBlasProducts(Precision<A> precision, EpilogueSteps<A> steps) {
        this.precision = precision;
        this.steps = steps;
        boolean f32 = precision == Precision.F32;
        MemorySegment address = f32 ? OpenBlas.cblas_sgemm$address() : OpenBlas.cblas_dgemm$address();
        FunctionDescriptor descriptor = f32 ? OpenBlas.cblas_sgemm$descriptor() : OpenBlas.cblas_dgemm$descriptor();
        this.onHeap = Linker.nativeLinker().downcallHandle(address, descriptor, Linker.Option.critical(true));
    }

    void close() {
        scratch.clear();
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c) {
        if (c.isTransposed()) {
            gemm(alpha, b.transposed(), a.transposed(), beta, c.transposed());
            return;
        }
        if (alpha == 0 || a.cols() == 0) {
            multiplyBy(beta, c); // OpenBLAS 0.3.31 lets a NaN through here on SkylakeX kernels.
            return;
        }
        long m = c.rows();
        long n = c.cols();
        long k = a.cols();
        boolean small = 2 * m * n * k <= CRITICAL_FLOPS && m * k + k * n + m * n <= CRITICAL_ELEMENTS;
        for (int i = 0; i < c.count(); i++) {
            Matrix<A> aHere = a.at(a.count() == 1 ? 0 : i);
            Matrix<A> bHere = b.at(b.count() == 1 ? 0 : i);
            if (small) {
                callOnHeap(alpha, aHere, bHere, beta, c.at(i));
            } else {
                callOffHeap(alpha, aHere, bHere, beta, c.at(i));
            }
        }
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c, Epilogue<A> epilogue) {
        gemm(alpha, a, b, beta, c);
        steps.apply(epilogue, c);
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c, Epilogue<A> epilogue) {
        gemm(alpha, a, b, beta, c);
        steps.apply(epilogue, c);
    }

    @Override
    public PackedMatrix<A> pack(Matrix<A> b) {
        return pack(b, WeightType.F32);
    }

    @Override
    public PackedMatrix<A> pack(Matrix<A> b, WeightType type) {
        return Weights.of(b, type).plain(precision);
    }

    @Override
    public PackedMatrix<A> pack(StoredMatrix b) {
        return Weights.of(b, precision).plain(precision);
    }

    @Override
    public void gemm(double alpha, Matrix<A> a, PackedMatrix<A> b, double beta, Matrix<A> c) {
        gemm(alpha, a, Weights.plain(b), beta, c);
    }

    private void multiplyBy(double beta, Matrix<A> c) {
        for (int i = 0; i < c.count(); i++) {
            for (int row = 0; row < c.rows(); row++) {
                for (int col = 0; col < c.cols(); col++) {
                    int at = c.index(i, row, col);
                    precision.set(c.array(), at, beta == 0 ? 0 : beta * precision.get(c.array(), at));
                }
            }
        }
    }

    private void callOnHeap(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c) {
        call(onHeap, alpha, a, fromOffset(a), a.ld(), b, fromOffset(b), b.ld(), beta, c, fromOffset(c), c.ld());
    }

    private MemorySegment fromOffset(Matrix<A> m) {
        return heap(m.array()).asSlice((long) m.offset() * precision.bytes());
    }

    private static MemorySegment heap(Object array) {
        return array instanceof float[] floats
                ? MemorySegment.ofArray(floats)
                : MemorySegment.ofArray((double[]) array);
    }

    private void callOffHeap(double alpha, Matrix<A> a, Matrix<A> b, double beta, Matrix<A> c) {
        long aBytes = bytes(a);
        long bBytes = bytes(b);
        scratch.lend(aBytes + bBytes + bytes(c), segment -> {
            MemorySegment aCopy = segment.asSlice(0, aBytes);
            MemorySegment bCopy = segment.asSlice(aBytes, bBytes);
            MemorySegment cCopy = segment.asSlice(aBytes + bBytes);
            copyOut(a, aCopy);
            copyOut(b, bCopy);
            if (beta != 0) {
                copyOut(c, cCopy);
            }
            call(handle(), alpha, a, aCopy, storageCols(a), b, bCopy, storageCols(b), beta, c, cCopy, storageCols(c));
            copyIn(cCopy, c);
        });
    }

    private MethodHandle handle() {
        return precision == Precision.F32 ? OpenBlas.cblas_sgemm$handle() : OpenBlas.cblas_dgemm$handle();
    }

    private void call(
            MethodHandle handle,
            double alpha,
            Matrix<A> a,
            MemorySegment aData,
            int lda,
            Matrix<A> b,
            MemorySegment bData,
            int ldb,
            double beta,
            Matrix<A> c,
            MemorySegment cData,
            int ldc) {
        int order = OpenBlas.CblasRowMajor();
        int transA = transpose(a);
        int transB = transpose(b);
        int k = a.cols();
        try {
            if (precision == Precision.F32) {
                handle.invokeExact(
                        order,
                        transA,
                        transB,
                        c.rows(),
                        c.cols(),
                        k,
                        (float) alpha,
                        aData,
                        lda,
                        bData,
                        ldb,
                        (float) beta,
                        cData,
                        ldc);
            } else {
                handle.invokeExact(
                        order, transA, transB, c.rows(), c.cols(), k, alpha, aData, lda, bData, ldb, beta, cData, ldc);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a C function throws nothing", e);
        }
    }

    private static int transpose(Matrix<?> m) {
        return m.isTransposed() ? OpenBlas.CblasTrans() : OpenBlas.CblasNoTrans();
    }

    private static int storageRows(Matrix<?> m) {
        return m.isTransposed() ? m.cols() : m.rows();
    }

    /** Row length in storage, at least 1 as BLAS wants its leading dimensions. */
    private static int storageCols(Matrix<?> m) {
        return Math.max(1, m.isTransposed() ? m.rows() : m.cols());
    }

    private long bytes(Matrix<A> m) {
        return (long) storageRows(m) * storageCols(m) * precision.bytes();
    }

    private void copyOut(Matrix<A> m, MemorySegment to) {
        copyRows(m, to, true);
    }

    private void copyIn(MemorySegment from, Matrix<A> m) {
        copyRows(m, from, false);
    }

    private void copyRows(Matrix<A> m, MemorySegment packed, boolean out) {
        MemorySegment heap = heap(m.array());
        long rowBytes = (long) storageCols(m) * precision.bytes();
        for (int i = 0; i < storageRows(m) && !m.isEmpty(); i++) {
            long at = (m.offset() + (long) i * m.ld()) * precision.bytes();
            if (out) {
                MemorySegment.copy(heap, at, packed, i * rowBytes, rowBytes);
            } else {
                MemorySegment.copy(packed, i * rowBytes, heap, at, rowBytes);
            }
        }
    }
}

package org.icl4j.kernels.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.PackedMatrix;
import org.icl4j.kernels.WeightType;

/** Workloads of the matrix products. */
final class ProductWorkloads {
    private ProductWorkloads() {}

    static <A> List<Workload<A>> small() {
        List<Workload<A>> all = new ArrayList<>();
        all.add(gemm(1, 256, 256, 256, "NN"));
        all.add(pack(256, 256, WeightType.F32));
        for (WeightType type : WeightType.values()) {
            all.add(packed(1, 256, 256, type));
            all.add(packed(64, 256, 256, type));
        }
        all.add(epilogue(64, 256, 256));
        return all;
    }

    static <A> List<Workload<A>> benchmark() {
        return List.of(
                gemm(1, 64, 64, 64, "NN"),
                gemm(1, 128, 128, 128, "NN"),
                gemm(1, 256, 256, 256, "NN"),
                gemm(1, 512, 512, 512, "NN"),
                gemm(1, 1024, 1024, 1024, "NN"),
                gemm(1, 2048, 1024, 256, "NT"),
                gemm(1, 2624, 768, 256, "NT"),
                gemm(1, 2624, 256, 1024, "NT"),
                gemm(1, 6464, 192, 64, "NT"),
                gemm(1, 256, 768, 2624, "TN"),
                gemm(1, 32, 1024, 1024, "NN"),
                gemm(1, 32, 1024, 1024, "NT"),
                gemm(1, 1, 1024, 1024, "NT"),
                gemm(1, 1, 4096, 4096, "NT"),
                gemm(512, 41, 41, 32, "NN"),
                gemm(512, 41, 32, 41, "NN"),
                gemm(512, 41, 41, 32, "NT"),
                gemm(12, 1024, 64, 1024, "NN"),
                pack(1024, 1024, WeightType.F32),
                packed(1, 512, 256, WeightType.F32),
                packed(1, 1024, 1024, WeightType.F32),
                packed(1, 4096, 4096, WeightType.F32),
                packed(1, 4096, 4096, WeightType.BF16),
                packed(1, 4096, 4096, WeightType.F16),
                packed(32, 1024, 1024, WeightType.F32),
                packed(32, 1024, 1024, WeightType.BF16),
                epilogue(2624, 1024, 256));
    }

    private static <A> Workload<A> gemm(int count, int m, int n, int k, String transposes) {
        boolean transposeA = transposes.charAt(0) == 'T';
        boolean transposeB = transposes.charAt(1) == 'T';
        double read = (double) count * ((double) m * k + (double) k * n);
        Cost cost = Cost.products((double) count * m * n * k, 0, read, (double) count * m * n);
        String shape = (count == 1 ? "" : "b" + count + " ") + m + "x" + n + "x" + k + " " + transposes;
        return new Workload<>("gemm", shape, 16, cost, (kernels, operands) -> {
            Matrix<A> a = transposeA ? operands.random(count, k, m).transposed() : operands.random(count, m, k);
            Matrix<A> b = transposeB ? operands.random(count, n, k).transposed() : operands.random(count, k, n);
            Matrix<A> c = operands.result(count, m, n);
            return () -> kernels.gemm(1, a, b, 0, c);
        });
    }

    /** With weights of {@code type} that were packed before. */
    private static <A> Workload<A> packed(int m, int n, int k, WeightType type) {
        double weights = (double) k * n * type.bytes() / Float.BYTES;
        Cost cost = Cost.products((double) m * n * k, 0, (double) m * k + weights, (double) m * n);
        String shape = m + "x" + n + "x" + k + " packed " + type.name().toLowerCase(Locale.ROOT);
        return new Workload<>("gemm", shape, 16, cost, (kernels, operands) -> {
            Matrix<A> a = operands.random(1, m, k);
            PackedMatrix<A> b = kernels.pack(operands.random(1, k, n), type);
            Matrix<A> c = operands.result(1, m, n);
            return () -> kernels.gemm(1, a, b, 0, c);
        });
    }

    /** The first layer of an MLP: bias and GELU by the tanh form, its argument kept for the backward pass. */
    private static <A> Workload<A> epilogue(int m, int n, int k) {
        double size = (double) m * n;
        double gelu = (KernelWorkloads.EXP + 8) * size;
        Cost cost = Cost.products(size * k, gelu, (double) m * k + (double) k * n, 2 * size);
        return new Workload<>("gemm", m + "x" + n + "x" + k + " NT bias gelu", 16, cost, (kernels, operands) -> {
            Matrix<A> a = operands.random(1, m, k);
            Matrix<A> b = operands.random(1, n, k).transposed();
            Matrix<A> bias = operands.random(1, 1, n);
            Matrix<A> c = operands.result(1, m, n);
            Epilogue<A> epilogue = Epilogue.<A>none()
                    .bias(bias)
                    .activation(Epilogue.Activation.GELU_TANH)
                    .keeping(operands.result(1, m, n));
            return () -> kernels.gemm(1.0 / k, a, b, 0, c, epilogue);
        });
    }

    /** Followed by a product of one row, which shows what was packed, and reads it once. */
    private static <A> Workload<A> pack(int n, int k, WeightType type) {
        double size = (double) k * n;
        String shape = n + "x" + k + " " + type.name().toLowerCase(Locale.ROOT);
        return new Workload<>("pack", shape, 16, Cost.stream(0, 0, 2 * size, size), (kernels, operands) -> {
            Matrix<A> a = operands.random(1, 1, k);
            Matrix<A> b = operands.random(1, n, k).transposed();
            Matrix<A> c = operands.result(1, 1, n);
            return () -> kernels.gemm(1, a, kernels.pack(b, type), 0, c);
        });
    }
}

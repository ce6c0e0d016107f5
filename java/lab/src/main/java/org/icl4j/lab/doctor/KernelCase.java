package org.icl4j.lab.doctor;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;

/**
 * One call of one kernel, to be checked and timed.
 *
 * @param kernel name of the kernel's method
 * @param call the call on the operands
 * @param bound allowed error, in ε times the largest element of an output
 * @param work floating-point operations or bytes of a call
 * @param unit what {@code work} counts
 * @param outputs places of the outputs among the operands
 * @param shapes shapes of the operands
 */
record KernelCase(
        String kernel, Call call, double bound, double work, Unit unit, List<Integer> outputs, int[]... shapes) {
    static final int SIDE = 256;
    static final int ROWS = 512;
    static final int BATCH = 4;
    static final int HEADS = 4;
    static final int LENGTH = 64;
    static final int WIDTH = 128;

    /** What is counted, and so which limit binds. */
    enum Unit {
        /** Floating-point operations, against the rate of fused multiply-adds. */
        FLOPS("GFLOP/s"),
        /** Bytes read and written, against the rate of copying. */
        BYTES("GB/s");

        private final String rate;

        Unit(String rate) {
            this.rate = rate;
        }

        /** Name of 10⁹ of them a second. */
        String rate() {
            return rate;
        }
    }

    /** Calls a kernel on operands of either precision. */
    interface Call {
        <A> void on(Kernels<A> kernels, List<Tensor<A>> operands);
    }

    /** A call for every kernel. */
    static List<KernelCase> all() {
        double bytes = 4.0 * ROWS * SIDE;
        double pairs = BATCH * LENGTH * (LENGTH + 1) / 2.0 * WIDTH;
        int[] row = {SIDE};
        int[] m = {ROWS, SIDE};
        int[] perRow = {ROWS};
        int[] square = {SIDE, SIDE};
        int[] x = {BATCH, LENGTH, WIDTH};
        int[] perHead = {BATCH, HEADS, LENGTH};
        List<KernelCase> all = new ArrayList<>();
        all.add(flops("gemm", KernelCalls::gemm, 16, 2.0 * SIDE * SIDE * SIDE, List.of(2), square, square, square));
        all.add(bytes("addBias", KernelCalls::addBias, 4, 2 * bytes, List.of(0), m, row));
        all.add(bytes("sumRows", KernelCalls::sumRows, 32, bytes, List.of(1), m, row));
        all.add(bytes("softmax", KernelCalls::softmax, 16, 2 * bytes, List.of(1), m, m));
        all.add(bytes("softmaxBackward", KernelCalls::softmaxBackward, 32, 3 * bytes, List.of(2), m, m, m));
        all.add(bytes(
                "layerNorm", KernelCalls::layerNorm, 16, 2 * bytes, List.of(3, 4, 5), m, row, row, m, perRow, perRow));
        all.add(bytes(
                "layerNormBackward",
                KernelCalls::layerNormBackward,
                64,
                3 * bytes,
                List.of(5, 6, 7),
                m,
                row,
                perRow,
                perRow,
                m,
                m,
                row,
                row));
        all.add(bytes("relu", KernelCalls::relu, 1, 2 * bytes, List.of(1), m, m));
        all.add(bytes("reluBackward", KernelCalls::reluBackward, 1, 3 * bytes, List.of(2), m, m, m));
        all.add(bytes("gelu", KernelCalls::gelu, 4, 2 * bytes, List.of(1), m, m));
        all.add(bytes("geluBackward", KernelCalls::geluBackward, 8, 3 * bytes, List.of(2), m, m, m));
        all.add(flops("attention", KernelCalls::attention, 16, 4 * pairs, List.of(3, 4), x, x, x, x, perHead));
        all.add(flops(
                "attentionBackward",
                KernelCalls::attentionBackward,
                64,
                10 * pairs,
                List.of(6, 7, 8),
                x,
                x,
                x,
                x,
                perHead,
                x,
                x,
                x,
                x));
        all.add(bytes("adamW", KernelCalls::adamW, 8, 7 * bytes, List.of(0, 2), m, m, m, m));
        return all;
    }

    private static KernelCase flops(
            String kernel, Call call, double bound, double work, List<Integer> outputs, int[]... shapes) {
        return new KernelCase(kernel, call, bound, work, Unit.FLOPS, outputs, shapes);
    }

    private static KernelCase bytes(
            String kernel, Call call, double bound, double work, List<Integer> outputs, int[]... shapes) {
        return new KernelCase(kernel, call, bound, work, Unit.BYTES, outputs, shapes);
    }

    /** Operands of the same random numbers in either precision; all positive, so that they can stand for any operand. */
    <A> List<Tensor<A>> operands(Precision<A> precision) {
        List<Tensor<A>> operands = new ArrayList<>();
        for (int i = 0; i < shapes.length; i++) {
            Tensor<A> tensor = Tensor.zeros(precision, shapes[i]);
            RandomStream random = RandomStream.of(1, kernel, 0, i);
            for (int j = 0; j < tensor.size(); j++) {
                tensor.set(j, (float) Math.abs(random.nextGaussian()));
            }
            operands.add(tensor);
        }
        return operands;
    }
}

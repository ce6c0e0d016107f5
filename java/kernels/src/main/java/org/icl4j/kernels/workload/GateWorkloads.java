package org.icl4j.kernels.workload;

import static org.icl4j.kernels.workload.KernelWorkloads.EXP;
import static org.icl4j.kernels.workload.KernelWorkloads.TAIL;
import static org.icl4j.kernels.workload.KernelWorkloads.shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.icl4j.kernels.Gate;
import org.icl4j.kernels.GateKernels;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;

/** Workloads of {@link GateKernels}, all on [rows, cols]. */
final class GateWorkloads {
    private GateWorkloads() {}

    /** The kernels of recurrent networks and residual streams on {@code [rows, cols]}, and the gates on {@code [rows, gateCols]}. */
    static <A> List<Workload<A>> all(int rows, int cols, int gateCols) {
        double size = (double) rows * cols;
        List<Workload<A>> all = new ArrayList<>(List.of(
                map("exp", rows, cols, EXP * size, 0, Kernels::exp),
                map("tanh", rows, cols, (EXP + 6) * size, size, Kernels::tanh),
                slope("tanhBackward", rows, cols, 2 * size, 0, Kernels::tanh, Kernels::tanhBackward),
                map("sigmoid", rows, cols, (EXP + 2) * size, size, Kernels::sigmoid),
                slope("sigmoidBackward", rows, cols, 3 * size, 0, Kernels::sigmoid, Kernels::sigmoidBackward),
                map("silu", rows, cols, (EXP + 4) * size, size, Kernels::silu),
                slope("siluBackward", rows, cols, (EXP + 9) * size, size, (k, x, y) -> {}, Kernels::siluBackward),
                map("softplus", rows, cols, (EXP + 15) * size, size, Kernels::softplus),
                slope(
                        "softplusBackward",
                        rows,
                        cols,
                        (EXP + 3) * size,
                        size,
                        (k, x, y) -> {},
                        Kernels::softplusBackward),
                add(rows, cols)));
        for (Gate form : Gate.values()) {
            all.add(gate(form, rows, gateCols));
            all.add(gateBackward(form, rows, gateCols));
        }
        return all;
    }

    /** A kernel y ← f(x). */
    @FunctionalInterface
    private interface Map<A> {
        void run(Kernels<A> kernels, Matrix<A> x, Matrix<A> y);
    }

    /** A kernel dx ← f(x, dy). */
    @FunctionalInterface
    private interface Slope<A> {
        void run(Kernels<A> kernels, Matrix<A> x, Matrix<A> dy, Matrix<A> dx);
    }

    private static <A> Workload<A> map(
            String kernel, int rows, int cols, double instructions, double divisions, Map<A> map) {
        double size = (double) rows * cols;
        Cost cost = Cost.stream(instructions, divisions, size, size);
        return new Workload<>(kernel, shape(rows, cols), 4, cost, (kernels, operands) -> {
            Matrix<A> x = operands.random(1, rows, cols);
            Matrix<A> y = operands.result(1, rows, cols);
            return () -> map.run(kernels, x, y);
        });
    }

    /** The gradient of a kernel; {@code forward} makes of its input what the gradient takes. */
    private static <A> Workload<A> slope(
            String kernel,
            int rows,
            int cols,
            double instructions,
            double divisions,
            Map<A> forward,
            Slope<A> backward) {
        double size = (double) rows * cols;
        Cost cost = Cost.stream(instructions, divisions, 2 * size, size);
        return new Workload<>(kernel, shape(rows, cols), 8, cost, (kernels, operands) -> {
            Matrix<A> x = operands.random(1, rows, cols);
            forward.run(kernels, x, x);
            Matrix<A> dy = operands.random(1, rows, cols);
            Matrix<A> dx = operands.result(1, rows, cols);
            return () -> backward.run(kernels, x, dy, dx);
        });
    }

    private static <A> Workload<A> add(int rows, int cols) {
        double size = (double) rows * cols;
        return new Workload<>(
                "add", shape(rows, cols), 1, Cost.stream(size, 0, 2 * size, size), (kernels, operands) -> {
                    Matrix<A> x = operands.random(1, rows, cols);
                    Matrix<A> z = operands.random(1, rows, cols);
                    Matrix<A> y = operands.result(1, rows, cols);
                    return () -> kernels.add(x, z, y);
                });
    }

    /** Vector instructions of the activation itself. */
    private static int activation(Gate form) {
        return switch (form) {
            case SWIGLU -> EXP + 4;
            case GEGLU_EXACT -> TAIL + EXP + 9;
            case GEGLU_TANH -> EXP + 7;
        };
    }

    private static String gateShape(int rows, int cols, Gate form) {
        return shape(rows, cols) + " " + form.name().toLowerCase(Locale.ROOT);
    }

    private static <A> Workload<A> gate(Gate form, int rows, int cols) {
        double size = (double) rows * cols;
        Cost cost = Cost.stream((activation(form) + 1) * size, size, 2 * size, size);
        return new Workload<>("gate", gateShape(rows, cols, form), 8, cost, (kernels, operands) -> {
            Matrix<A> x = operands.random(1, rows, cols);
            Matrix<A> g = operands.random(1, rows, cols);
            Matrix<A> y = operands.result(1, rows, cols);
            return () -> kernels.gate(form, x, g, y);
        });
    }

    private static <A> Workload<A> gateBackward(Gate form, int rows, int cols) {
        double size = (double) rows * cols;
        Cost cost = Cost.stream((activation(form) + 9) * size, size, 3 * size, 2 * size);
        return new Workload<>("gateBackward", gateShape(rows, cols, form), 16, cost, (kernels, operands) -> {
            Matrix<A> x = operands.random(1, rows, cols);
            Matrix<A> g = operands.random(1, rows, cols);
            Matrix<A> dy = operands.random(1, rows, cols);
            Matrix<A> dx = operands.result(1, rows, cols);
            Matrix<A> dg = operands.result(1, rows, cols);
            return () -> kernels.gateBackward(form, x, g, dy, dx, dg);
        });
    }
}

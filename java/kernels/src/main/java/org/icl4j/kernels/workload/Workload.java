package org.icl4j.kernels.workload;

import java.util.List;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;

/**
 * One kernel, or a composed step, on operands of one size: what {@code doctor} checks and {@code bench} times.
 *
 * @param kernel name of the kernel's method, or of the step
 * @param shape sizes, and the variant where there are several, such as {@code 512x512x512 NN}
 * @param bound allowed error of {@link #error}
 * @param cost what a call cannot do without
 * @param setup makes the operands and the call
 */
public record Workload<A>(String kernel, String shape, double bound, Cost cost, Setup<A> setup) {

    /** Makes the operands of a workload and the call on them, which may be made again and again. */
    @FunctionalInterface
    public interface Setup<A> {
        /** The call of these kernels on operands made by {@code operands}. */
        Runnable make(Kernels<A> kernels, Operands<A> operands);
    }

    /**
     * A workload with its operands in memory.
     *
     * @param precision of the operands
     * @param call the call
     * @param operands what it works on, in the order in which they were made
     * @param results those that it writes
     */
    public record Prepared<A>(
            Precision<A> precision, Runnable call, List<Matrix<A>> operands, List<Matrix<A>> results) {}

    /** Kernel and shape in one word. */
    public String name() {
        return kernel + " " + shape;
    }

    /** Operands of this size, and the call of {@code kernels} on them. */
    public Prepared<A> prepare(Kernels<A> kernels) {
        Operands<A> operands = new Operands<>(kernels.precision());
        Runnable call = setup.make(kernels, operands);
        return new Prepared<>(kernels.precision(), call, operands.all(), operands.results());
    }

    /**
     * The largest difference between the results of two precisions after one call, in ε of the {@code actual} precision times the
     * largest element of the expected result; NaN or ∞ where one has what the other has not.
     *
     * @param actual what is checked
     * @param expected the same workload on the specification
     */
    public static double error(Prepared<?> actual, Prepared<?> expected) {
        double worst = 0;
        for (int i = 0; i < expected.results().size(); i++) {
            worst = Math.max(
                    worst,
                    error(
                            actual,
                            actual.results().get(i),
                            expected,
                            expected.results().get(i)));
        }
        return worst;
    }

    private static <A, E> double error(
            Prepared<A> actual, Matrix<?> actualResult, Prepared<E> expected, Matrix<?> expectedResult) {
        A a = actual.precision().arrayType().cast(actualResult.array());
        E e = expected.precision().arrayType().cast(expectedResult.array());
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.precision().length(e); i++) {
            double right = expected.precision().get(e, i);
            difference = Math.max(difference, Math.abs(actual.precision().get(a, i) - right));
            size = Math.max(size, Math.abs(right));
        }
        return difference == 0 ? 0 : difference / (actual.precision().epsilon() * size);
    }
}

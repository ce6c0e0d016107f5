package org.icl4j.kernels;

import static org.icl4j.kernels.Checks.requireDisjoint;
import static org.icl4j.kernels.Checks.requireRowMajor;
import static org.icl4j.kernels.Checks.requireSameOrDisjoint;
import static org.icl4j.kernels.Checks.requireShape;
import static org.icl4j.kernels.Checks.requireWritable;

import java.util.List;
import java.util.stream.IntStream;
import org.icl4j.kernels.provider.KernelParts;
import org.icl4j.kernels.provider.WorkerPool;

/**
 * What the checks of all kernels share. The fronts of the kinds extend one another in a line, because {@link Kernels} is all
 * kinds in one and a class has one parent.
 */
abstract class CheckedFront<A> {
    /** Outputs that one kernel may have. */
    private static final int MOST_OUTPUTS = 16;

    /** Words for outputs, made once: a call whose arguments are right makes none. */
    private static final List<String> NUMBERS =
            IntStream.rangeClosed(1, MOST_OUTPUTS).mapToObj(i -> "no. " + i).toList();

    private static final List<String> OUTPUTS =
            NUMBERS.stream().map(number -> "output " + number).toList();

    final Precision<A> precision;
    final KernelParts<A> parts;
    private final WorkerPool workers;
    private final KernelsInfo info;
    private volatile boolean closed;

    CheckedFront(Precision<A> precision, KernelParts<A> parts, WorkerPool workers, KernelsInfo info) {
        this.precision = precision;
        this.parts = parts;
        this.workers = workers;
        this.info = info;
    }

    public final Precision<A> precision() {
        return precision;
    }

    public final KernelsInfo info() {
        return info;
    }

    public final synchronized void close() {
        if (!closed) {
            closed = true;
            workers.close();
            parts.onClose().run();
        }
    }

    @SafeVarargs
    final void beginRowMajor(String kernel, Matrix<A>... operands) {
        begin(operands);
        for (Matrix<A> operand : operands) {
            requireRowMajor(kernel, operand);
        }
    }

    /** For kernels that are called at every step of training: an array of operands would be garbage. */
    final void beginRowMajor(String kernel, Matrix<A> operand) {
        requireOpen();
        requirePrecision(operand);
        requireRowMajor(kernel, operand);
    }

    final void beginRowMajor(String kernel, Matrix<A> first, Matrix<A> second) {
        beginRowMajor(kernel, first);
        beginRowMajor(kernel, second);
    }

    final void beginRowMajor(String kernel, Matrix<A> first, Matrix<A> second, Matrix<A> third) {
        beginRowMajor(kernel, first);
        beginRowMajor(kernel, second, third);
    }

    final void beginRowMajor(String kernel, Matrix<A> first, Matrix<A> second, Matrix<A> third, Matrix<A> fourth) {
        beginRowMajor(kernel, first, second);
        beginRowMajor(kernel, third, fourth);
    }

    @SafeVarargs
    final void begin(Matrix<A>... operands) {
        requireOpen();
        for (Matrix<A> operand : operands) {
            requirePrecision(operand);
        }
    }

    final void requireOpen() {
        if (closed) {
            throw new IllegalStateException("these kernels (" + info.summary() + ") are closed");
        }
    }

    final void requirePrecision(Matrix<A> operand) {
        if (!precision.arrayType().isInstance(operand.array())) {
            throw new IllegalArgumentException("operand " + operand + " in kernels of precision " + precision.name());
        }
    }

    static <A> void requireElementwise(String kernel, Matrix<A> in, String outName, Matrix<A> out) {
        requireShape(kernel, outName, out, in.count(), in.rows(), in.cols(), "its input", in);
        requireWritable(kernel, outName, out);
        requireSameOrDisjoint(kernel, outName, out, "its input", in);
    }

    static <A> void requireLike(String kernel, String name, Matrix<A> m, String likeName, Matrix<A> like) {
        requireShape(kernel, name, m, like.count(), like.rows(), like.cols(), likeName, like);
    }

    /** As the one for an array of outputs, which would be garbage. */
    static void requireOutputs(String kernel, Matrix<?> first, Matrix<?> second, Matrix<?> third) {
        requireWritable(kernel, NUMBERS.get(0), first);
        requireWritable(kernel, NUMBERS.get(1), second);
        requireWritable(kernel, NUMBERS.get(2), third);
        requireDisjoint(kernel, NUMBERS.get(1), second, OUTPUTS.get(0), first);
        requireDisjoint(kernel, NUMBERS.get(2), third, OUTPUTS.get(0), first);
        requireDisjoint(kernel, NUMBERS.get(2), third, OUTPUTS.get(1), second);
    }

    /** An input that none of three outputs may meet. */
    static void requireInput(String kernel, Matrix<?> input, Matrix<?> first, Matrix<?> second, Matrix<?> third) {
        requireDisjoint(kernel, NUMBERS.get(0), first, "input", input);
        requireDisjoint(kernel, NUMBERS.get(1), second, "input", input);
        requireDisjoint(kernel, NUMBERS.get(2), third, "input", input);
    }

    static void requireOutputs(String kernel, Matrix<?>[] outputs, Matrix<?>... inputs) {
        for (int i = 0; i < outputs.length; i++) {
            requireWritable(kernel, NUMBERS.get(i), outputs[i]);
            for (int j = 0; j < i; j++) {
                requireDisjoint(kernel, NUMBERS.get(i), outputs[i], OUTPUTS.get(j), outputs[j]);
            }
            for (Matrix<?> input : inputs) {
                requireDisjoint(kernel, NUMBERS.get(i), outputs[i], "input", input);
            }
        }
    }
}

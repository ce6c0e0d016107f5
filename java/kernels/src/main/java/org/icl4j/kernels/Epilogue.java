package org.icl4j.kernels;

import java.util.Objects;
import java.util.Optional;

/**
 * What follows a product while its elements are still in the cache: with Z = α·A·B + β·C + bias,
 *
 * <pre>C ← activation(Z) + residual</pre>
 *
 * <p>and, for the backward pass, Z itself kept in a matrix of its own. What is not given is left out. Every step is that of the
 * kernel of its name ({@link RowKernels#addBias}, {@link ActivationKernels}) and rounds as it does: the result has the bits of
 * those kernels one after the other.
 *
 * @param bias [1, n], added to every row
 * @param residual of C's shape
 * @param kept of C's shape, receives Z
 */
public record Epilogue<A>(
        Optional<Matrix<A>> bias, Activation activation, Optional<Matrix<A>> residual, Optional<Matrix<A>> kept) {

    /** What is applied to every element. */
    public enum Activation {
        NONE,
        RELU,
        /** {@link Gelu#EXACT}. */
        GELU_EXACT,
        /** {@link Gelu#TANH}. */
        GELU_TANH
    }

    private static final Epilogue<?> NOTHING =
            new Epilogue<>(Optional.empty(), Activation.NONE, Optional.empty(), Optional.empty());

    public Epilogue {
        Objects.requireNonNull(activation, "activation");
    }

    /** No step: the product alone. */
    @SuppressWarnings("unchecked") // It holds no matrix.
    public static <A> Epilogue<A> none() {
        return (Epilogue<A>) NOTHING;
    }

    /** The same with a bias [1, n]. */
    public Epilogue<A> bias(Matrix<A> newBias) {
        return new Epilogue<>(Optional.of(newBias), activation, residual, kept);
    }

    /** The same with an activation. */
    public Epilogue<A> activation(Activation newActivation) {
        return new Epilogue<>(bias, newActivation, residual, kept);
    }

    /** The same with a matrix of C's shape that is added at the end. */
    public Epilogue<A> residual(Matrix<A> newResidual) {
        return new Epilogue<>(bias, activation, Optional.of(newResidual), kept);
    }

    /** The same that leaves the activation's argument in {@code newKept}, of C's shape. */
    public Epilogue<A> keeping(Matrix<A> newKept) {
        return new Epilogue<>(bias, activation, residual, Optional.of(newKept));
    }

    /** Whether there is no step. */
    public boolean isNone() {
        return bias.isEmpty() && activation == Activation.NONE && residual.isEmpty() && kept.isEmpty();
    }
}

package org.icl4j.transformer.layer;

import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.tensor.Tensor;

/** The end of a {@link Branch}: its last linear map, from what is inside it onto the residual stream. */
final class Output<A> {
    private final Linear<A> linear;
    private final Tensor<A> inner;
    private final Matrix<A> rows;
    private final Tensor<A> out;
    private final Epilogue<A> end;

    /**
     * @param inner [B, T, width], what the linear map reads
     */
    Output(Linear<A> linear, Tensor<A> inner, Wires<A> wires) {
        this.linear = linear;
        this.inner = inner;
        this.rows = inner.matrix();
        this.out = wires.out();
        this.end = wires.onto(linear.epilogue());
    }

    /** What the linear map reads. */
    Tensor<A> inner() {
        return inner;
    }

    /** out ← the map of {@link #inner}, plus the residual if there is one. */
    void forward() {
        linear.forward(rows, out.matrix(), end);
    }

    /** The same into {@code to}, without the residual. */
    void alone(Tensor<A> to) {
        linear.forward(rows, to.matrix(), linear.epilogue());
    }

    /**
     * Adds to the gradients of the parameters.
     *
     * @param dInner overwritten by the gradient with respect to {@link #inner}
     */
    void backward(Tensor<A> dOut, Matrix<A> dInner) {
        linear.backward(rows, dOut.matrix(), dInner);
    }
}

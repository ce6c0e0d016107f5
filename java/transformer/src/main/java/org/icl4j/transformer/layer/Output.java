package org.icl4j.transformer.layer;

import org.icl4j.kernels.Epilogue;
import org.icl4j.kernels.Matrix;
import org.icl4j.transformer.tensor.Tensor;

/** The end of a {@link Branch}: its last linear map, from what is inside it onto the residual stream. */
final class Output<A> implements Interior<A> {
    private final Linear<A> linear;
    private final Workspace<A> workspace;
    private final Tensor<A> inner;
    private final Matrix<A> rows;
    private final Matrix<A> out;
    private final Epilogue<A> end;

    /**
     * @param inner [B, T, width], what the linear map reads
     */
    Output(Linear<A> linear, Tensor<A> inner, Workspace<A> workspace, Wires<A> wires) {
        this.linear = linear;
        this.workspace = workspace;
        this.inner = inner;
        this.rows = inner.matrix();
        this.out = wires.out().matrix();
        this.end = wires.onto(linear.epilogue());
    }

    @Override
    public Tensor<A> inner() {
        return inner;
    }

    /** out ← the map of {@link #inner}, plus the residual if there is one. */
    void forward() {
        linear.forward(rows, out, end);
    }

    /** The residual is added within the product, so that here the product is worked out once more. */
    @Override
    public Tensor<A> alone() {
        Tensor<A> result = workspace.scratch("alone", out.cols());
        linear.forward(rows, result.matrix(), linear.epilogue());
        return result;
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

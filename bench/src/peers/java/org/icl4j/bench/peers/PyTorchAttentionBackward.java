package org.icl4j.bench.peers;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.workload.Workload.Prepared;

/** The backward pass of PyTorch's attention, over one graph that is kept. */
@SuppressWarnings("try") // A scope is there to be closed.
final class PyTorchAttentionBackward implements Peer.Call {
    private final List<Matrix<float[]>> results;
    private final List<Tensor> inputs;
    private final Tensor out;
    private final Tensor dOut;

    /** Operands are q, k, v, out, logSumExp, dOut, dq, dk, dv. */
    PyTorchAttentionBackward(int heads, Prepared<float[]> operands) {
        results = operands.results();
        List<Matrix<float[]>> m = operands.operands();
        inputs = List.of(leaf(m.get(0), heads), leaf(m.get(1), heads), leaf(m.get(2), heads));
        out = PyTorchPeer.attend(inputs.get(0), inputs.get(1), inputs.get(2));
        dOut = PyTorchPeer.split(m.get(5), heads);
    }

    private static Tensor leaf(Matrix<float[]> matrix, int heads) {
        return PyTorchPeer.split(matrix, heads).contiguous().requires_grad_(true);
    }

    @Override
    public void run() {
        try (PointerScope scope = new PointerScope()) {
            out.backward(dOut, new BoolOptional(true), false, new TensorArrayRefOptional());
        }
    }

    /** Gradients add up over the runs, so they are cleared first. */
    @Override
    public void collect() {
        inputs.forEach(input -> input.grad().zero_());
        run();
        for (int i = 0; i < inputs.size(); i++) {
            PyTorchPeer.copy(
                    inputs.get(i).grad().transpose(1, 2), results.get(i).array());
        }
    }
}

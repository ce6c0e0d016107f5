package org.icl4j.bench.peers;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.workload.Workload.Prepared;

/** The backward pass of PyTorch's softmax, over one graph that is kept. */
@SuppressWarnings("try") // A scope is there to be closed.
final class PyTorchSoftmaxBackward implements Peer.Call {
    private final float[] result;
    private final Tensor x;
    private final Tensor y;
    private final Tensor dy;

    /** Operands are y, dy, dx; log y is an input whose softmax is y. */
    PyTorchSoftmaxBackward(Prepared<float[]> operands) {
        List<Matrix<float[]>> m = operands.operands();
        result = operands.results().get(0).array();
        Matrix<float[]> probabilities = m.get(0);
        float[] logits = probabilities.array().clone();
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(logits[i]);
        }
        x = PyTorchPeer.tensor(logits, probabilities.rows(), probabilities.cols())
                .requires_grad_(true);
        y = torch.softmax(x, -1);
        dy = PyTorchPeer.tensor(m.get(1).array(), probabilities.rows(), probabilities.cols());
    }

    @Override
    public void run() {
        try (PointerScope scope = new PointerScope()) {
            y.backward(dy, new BoolOptional(true), false, new TensorArrayRefOptional());
        }
    }

    /** Gradients add up over the runs, so they are cleared first. */
    @Override
    public void collect() {
        x.grad().zero_();
        run();
        PyTorchPeer.copy(x.grad(), result);
    }
}

package org.icl4j.bench.peers;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.icl4j.bench.steps.LinearWorkloads;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Workload.Prepared;
import org.icl4j.transformer.linear.LinearSelfAttention;
import org.icl4j.transformer.tensor.Parameters;

/**
 * The step of linear self-attention as a PyTorch program writes it that computes the query's column alone: scores and values by one
 * batched product of two rows, which was the fastest of the ways tried, autograd, and the step of SGD on what counts of the
 * parameters.
 */
@SuppressWarnings("try") // A scope is there to be closed.
final class PyTorchLinearStep implements Peer.Call {
    private static final long WIDTH = LinearWorkloads.DIMS + 1;

    private final List<Matrix<float[]>> results;
    private final float[] initialRead;
    private final float[] initialAsk;
    private final Tensor read;
    private final Tensor ask;
    private final Tensor prompts;
    private final Tensor queries;
    private final Tensor targets;
    private final SGD sgd;

    PyTorchLinearStep(Prepared<float[]> operands) {
        results = operands.results();
        Parameters<float[]> parameters = LinearWorkloads.parameters(Precision.F32);
        float[] wPV = parameters.get(LinearSelfAttention.W_PV).array();
        initialRead = Arrays.copyOfRange(wPV, wPV.length - (int) WIDTH, wPV.length);
        initialAsk = withoutLastColumn(parameters.get(LinearSelfAttention.W_KQ).array());
        read = PyTorchPeer.tensor(initialRead, WIDTH).requires_grad_(true);
        ask = PyTorchPeer.tensor(initialAsk, WIDTH, WIDTH - 1).requires_grad_(true);
        float[] e = operands.operands().get(0).array();
        float[] x = operands.operands().get(1).array();
        float[] y = operands.operands().get(2).array();
        prompts = PyTorchPeer.tensor(e, y.length, WIDTH, e.length / y.length / WIDTH);
        queries = PyTorchPeer.tensor(x, y.length, WIDTH - 1);
        targets = PyTorchPeer.tensor(y, y.length);
        sgd = new SGD(new TensorVector(read, ask), new SGDOptions(LinearWorkloads.RATE));
    }

    private static float[] withoutLastColumn(float[] square) {
        int width = (int) WIDTH;
        float[] columns = new float[width * (width - 1)];
        for (int i = 0; i < width; i++) {
            System.arraycopy(square, i * width, columns, i * (width - 1), width - 1);
        }
        return columns;
    }

    private Tensor prediction() {
        long batch = queries.size(0);
        Tensor v = torch.linear(queries, ask);
        Tensor both = torch.stack(new TensorVector(v, read.expand(batch, WIDTH)), 1);
        Tensor scoresAndValues = torch.bmm(both, prompts);
        return scoresAndValues
                .select(1, 0)
                .mul(scoresAndValues.select(1, 1))
                .sum(1)
                .div(new org.bytedeco.pytorch.Scalar((float) (prompts.size(2) - 1)));
    }

    private void gradients() {
        sgd.zero_grad();
        torch.mse_loss(prediction(), targets).backward();
    }

    @Override
    public void run() {
        try (PointerScope scope = new PointerScope()) {
            gradients();
            sgd.step();
        }
    }

    /** Gradients at the first parameters; PyTorch's mean squared error has no factor ½. */
    @Override
    public void collect() {
        try (PointerScope scope = new PointerScope()) {
            new FloatPointer(read.data_ptr_float()).put(initialRead);
            new FloatPointer(ask.data_ptr_float()).put(initialAsk);
            gradients();
            float[] dRead = new float[initialRead.length];
            float[] dAsk = new float[initialAsk.length];
            PyTorchPeer.copy(read.grad(), dRead);
            PyTorchPeer.copy(ask.grad(), dAsk);
            float[] dPV = results.get(0).array();
            float[] dKQ = results.get(1).array();
            Arrays.fill(dPV, 0);
            Arrays.fill(dKQ, 0);
            int width = (int) WIDTH;
            for (int i = 0; i < width; i++) {
                dPV[(width - 1) * width + i] = dRead[i] / 2;
                for (int j = 0; j < width - 1; j++) {
                    dKQ[i * width + j] = dAsk[i * (width - 1) + j] / 2;
                }
            }
        }
    }
}

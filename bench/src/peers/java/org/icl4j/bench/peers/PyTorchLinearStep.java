package org.icl4j.bench.peers;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.icl4j.bench.steps.LinearWorkloads;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Workload.Prepared;
import org.icl4j.transformer.linear.LinearSelfAttention;
import org.icl4j.transformer.tensor.Parameters;

/**
 * The step of linear self-attention in PyTorch, on the query's column alone: with r = E·p and u = Eᵀ·r the prediction is u·v/N, and
 * the gradients are g·u and Eᵀ·E·(g·v).
 *
 * <p>The fastest of a dozen ways that were tried with this build, one after the other in one process: prompts [B, T, C]; what belongs
 * to all prompts by one matrix–vector product, what differs between them by multiplying and summing, for its batched products take
 * twice as long; and gradients by hand, for autograd takes a third longer.
 */
@SuppressWarnings("try") // A scope is there to be closed.
final class PyTorchLinearStep implements Peer.Call {
    private static final int DIMS = LinearWorkloads.DIMS;
    private static final int WIDTH = DIMS + 1;

    private final List<Matrix<float[]>> results;
    private final float[] initialP;
    private final float[] initialW;
    private final Tensor p;
    private final Tensor w;
    private final Tensor prompts;
    private final Tensor tokens;
    private final Tensor queries;
    private final Tensor targets;
    private final Scalar scale;
    private final Scalar weight;
    private final Scalar descent = new Scalar((float) -LinearWorkloads.RATE);

    PyTorchLinearStep(Prepared<float[]> operands) {
        results = operands.results();
        Parameters<float[]> parameters = LinearWorkloads.parameters(Precision.F32);
        float[] wPV = parameters.get(LinearSelfAttention.W_PV).array();
        float[] wKQ = parameters.get(LinearSelfAttention.W_KQ).array();
        initialP = Arrays.copyOfRange(wPV, DIMS * WIDTH, WIDTH * WIDTH);
        initialW = new float[WIDTH * DIMS];
        for (int i = 0; i < WIDTH; i++) {
            System.arraycopy(wKQ, i * WIDTH, initialW, i * DIMS, DIMS);
        }
        p = PyTorchPeer.tensor(initialP, WIDTH);
        w = PyTorchPeer.tensor(initialW, WIDTH, DIMS);
        Matrix<float[]> e = operands.operands().get(0);
        int batch = e.count();
        int length = e.cols();
        prompts = PyTorchPeer.tensor(e.array(), batch, WIDTH, length)
                .transpose(1, 2)
                .contiguous();
        tokens = prompts.view(batch * length, WIDTH);
        queries = PyTorchPeer.tensor(operands.operands().get(1).array(), batch, DIMS);
        targets = PyTorchPeer.tensor(operands.operands().get(2).array(), batch);
        scale = new Scalar(1f / (length - 1));
        weight = new Scalar(1f / (length - 1) / batch);
    }

    /** Gradients of (1/2B)·Σ (ŷ − y)² with respect to p and W. */
    private Tensor[] gradients() {
        long batch = prompts.size(0);
        Tensor v = torch.linear(queries, w);
        Tensor values = tokens.matmul(p).view(batch, prompts.size(1), 1);
        Tensor u = prompts.mul(values).sum(1);
        Tensor prediction = u.mul(v).sum(1).mul(scale);
        Tensor g = prediction.sub(targets).mul(weight).unsqueeze(1);
        Tensor scores = prompts.mul(v.mul(g).unsqueeze(1)).sum(2);
        Tensor dP = tokens.t().matmul(scores.view(tokens.size(0)));
        Tensor dW = torch.matmul(u.mul(g).t(), queries);
        return new Tensor[] {dP, dW};
    }

    @Override
    public void run() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor[] gradients = gradients();
            p.add_(gradients[0], descent);
            w.add_(gradients[1], descent);
        }
    }

    /** Gradients at the first parameters, with zeros for what the prediction does not depend on. */
    @Override
    public void collect() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            new FloatPointer(p.data_ptr_float()).put(initialP);
            new FloatPointer(w.data_ptr_float()).put(initialW);
            Tensor[] gradients = gradients();
            float[] dP = new float[initialP.length];
            float[] dW = new float[initialW.length];
            PyTorchPeer.copy(gradients[0], dP);
            PyTorchPeer.copy(gradients[1], dW);
            float[] dPV = results.get(0).array();
            float[] dKQ = results.get(1).array();
            Arrays.fill(dPV, 0);
            Arrays.fill(dKQ, 0);
            System.arraycopy(dP, 0, dPV, DIMS * WIDTH, WIDTH);
            for (int i = 0; i < WIDTH; i++) {
                System.arraycopy(dW, i * DIMS, dKQ, i * WIDTH, DIMS);
            }
        }
    }
}

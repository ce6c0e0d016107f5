package org.icl4j.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.icl4j.bench.steps.BlockWorkloads;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;
import org.icl4j.transformer.block.ContextualBlock;
import org.icl4j.transformer.block.ContextualBlockConfig;
import org.icl4j.transformer.tensor.Parameters;

/** The training step of the contextual block as a PyTorch program writes it: forward, loss, autograd, Adam. */
@SuppressWarnings("try") // A scope is there to be closed.
final class PyTorchTrainingStep implements Peer.Call {
    private final List<Matrix<float[]>> results;
    private final List<Tensor> weights = new ArrayList<>();
    private final List<float[]> initial = new ArrayList<>();
    private final Tensor tokens;
    private final Tensor targets;
    private final Adam adam;
    private final int heads;

    PyTorchTrainingStep(Workload<float[]> workload, Prepared<float[]> operands) {
        results = operands.results();
        ContextualBlockConfig config = BlockWorkloads.config(workload);
        heads = config.nHeads();
        Parameters<float[]> parameters = ContextualBlock.initialize(config, Precision.F32, BlockWorkloads.SEED);
        TensorVector all = new TensorVector();
        parameters.asMap().values().forEach(parameter -> {
            Tensor weight = PyTorchPeer.weight(parameter);
            weights.add(weight);
            initial.add(parameter.array());
            all.push_back(weight);
        });
        int dToken = config.dToken();
        float[] x = operands.operands().get(0).array();
        float[] y = operands.operands().get(1).array();
        tokens = PyTorchPeer.tensor(x, y.length, x.length / y.length / dToken, dToken);
        targets = PyTorchPeer.tensor(y, y.length);
        adam = new Adam(all, new AdamOptions(1e-3));
    }

    /** Heads of [B, t, dModel] as [B, H, t, D]. */
    private Tensor split(Tensor t) {
        return t.view(t.size(0), t.size(1), heads, t.size(2) / heads).transpose(1, 2);
    }

    /** The order of the weights is that of {@link ContextualBlock#initialize}. */
    private Tensor output() {
        Tensor query = tokens.narrow(1, tokens.size(1) - 1, 1);
        Tensor q = split(torch.linear(query, weights.get(0)));
        Tensor k = split(torch.linear(tokens, weights.get(1)));
        Tensor v = split(torch.linear(tokens, weights.get(2)));
        Tensor z = torch.scaled_dot_product_attention(
                q, k, v, new TensorOptional(), 0, false, new DoubleOptional(), false);
        Tensor attnOut = torch.linear(
                z.transpose(1, 2).reshape(tokens.size(0), weights.get(3).size(1)), weights.get(3));
        Tensor hidden = torch.relu(torch.linear(attnOut, weights.get(4), new TensorOptional(weights.get(5))));
        return torch.linear(hidden, weights.get(6), new TensorOptional(weights.get(7)));
    }

    private void gradients() {
        adam.zero_grad();
        Tensor out = output();
        Tensor prediction = out.narrow(1, out.size(1) - 1, 1).reshape(targets.size(0));
        torch.mse_loss(prediction, targets).backward();
    }

    @Override
    public void run() {
        try (PointerScope scope = new PointerScope()) {
            gradients();
            adam.step();
        }
    }

    /** Gradients at the first weights; PyTorch's mean squared error has no factor ½. */
    @Override
    public void collect() {
        try (PointerScope scope = new PointerScope()) {
            for (int i = 0; i < weights.size(); i++) {
                new org.bytedeco.javacpp.FloatPointer(weights.get(i).data_ptr_float()).put(initial.get(i));
            }
            gradients();
            for (int i = 0; i < weights.size(); i++) {
                float[] gradient = results.get(i).array();
                PyTorchPeer.copy(weights.get(i).grad(), gradient);
                for (int j = 0; j < gradient.length; j++) {
                    gradient[j] /= 2;
                }
            }
        }
    }
}

package org.icl4j.bench.peers;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.icl4j.bench.steps.DecoderWorkloads;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.tensor.Parameters;

/** The training step of a decoder as a PyTorch program writes it: forward, loss, autograd, Adam. */
@SuppressWarnings("try") // A scope is there to be closed.
final class PyTorchDecoderStep implements Peer.Call {
    private final float[] result;
    private final DecoderConfig config;
    private final Parameters<float[]> initial;
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final Tensor tokens;
    private final Tensor labels;
    private final Adam adam;

    PyTorchDecoderStep(Workload<float[]> workload, Prepared<float[]> operands) {
        result = operands.results().getFirst().array();
        config = DecoderWorkloads.config(workload);
        initial = DecoderWorkloads.parameters(config, Precision.F32);
        TensorVector all = new TensorVector();
        initial.asMap().forEach((name, parameter) -> {
            Tensor weight = PyTorchPeer.weight(parameter);
            weights.put(name, weight);
            all.push_back(weight);
        });
        float[] x = operands.operands().get(0).array();
        float[] y = operands.operands().get(1).array();
        int batch = DecoderWorkloads.BATCH;
        long dims = weights.get("read_in.weight").size(1);
        tokens = PyTorchPeer.tensor(x, batch, x.length / batch / dims, dims);
        labels = PyTorchPeer.tensor(y, batch, y.length / batch);
        adam = new Adam(all, new AdamOptions(DecoderWorkloads.RATE));
    }

    private Tensor linear(Tensor x, String name) {
        return torch.linear(x, weights.get(name + ".weight"), new TensorOptional(weights.get(name + ".bias")));
    }

    private Tensor norm(Tensor x, String name) {
        long[] shape = {config.block().dModel()};
        TensorOptional gamma = new TensorOptional(weights.get(name + ".weight"));
        TensorOptional beta = new TensorOptional(weights.get(name + ".bias"));
        return torch.layer_norm(x, shape, gamma, beta, config.block().eps(), false);
    }

    /** Columns of part 0, 1 or 2 of [B, T, 3·dModel] as [B, H, T, D]. */
    private Tensor heads(Tensor qkv, int part) {
        long width = config.block().dModel();
        Tensor t = qkv.narrow(2, part * width, width);
        return t.view(
                        t.size(0),
                        t.size(1),
                        config.block().nHeads(),
                        width / config.block().nHeads())
                .transpose(1, 2);
    }

    private Tensor attention(Tensor x, String name) {
        Tensor qkv = linear(x, name + ".c_attn");
        Tensor z = PyTorchPeer.attend(heads(qkv, 0), heads(qkv, 1), heads(qkv, 2));
        return linear(z.transpose(1, 2).reshape(x.sizes().vec().get()), name + ".c_proj");
    }

    private Tensor mlp(Tensor x, String name) {
        return linear(torch.gelu(linear(x, name + ".c_fc"), "tanh"), name + ".c_proj");
    }

    private Tensor output() {
        long length = tokens.size(1);
        Tensor resid = linear(tokens, "read_in").add(weights.get("wpe.weight").narrow(0, 0, length));
        for (int layer = 0; layer < config.nLayers(); layer++) {
            String block = "h." + layer;
            resid = resid.add(attention(norm(resid, block + ".ln_1"), block + ".attn"));
            resid = resid.add(mlp(norm(resid, block + ".ln_2"), block + ".mlp"));
        }
        return linear(norm(resid, "ln_f"), "read_out");
    }

    private Tensor gradients() {
        adam.zero_grad();
        Tensor out = output();
        Tensor predictions =
                out.reshape(out.size(0), out.size(1)).slice(1, new LongOptional(0), new LongOptional(out.size(1)), 2);
        Tensor loss = torch.mse_loss(predictions, labels);
        loss.backward();
        return loss;
    }

    @Override
    public void run() {
        try (PointerScope scope = new PointerScope()) {
            gradients();
            adam.step();
        }
    }

    /** Loss and norm of the gradients at the first parameters. */
    @Override
    public void collect() {
        try (PointerScope scope = new PointerScope()) {
            weights.forEach((name, weight) -> new FloatPointer(weight.data_ptr_float())
                    .put(initial.get(name).array()));
            result[0] = gradients().item_float();
            double squares = 0;
            for (Tensor weight : weights.values()) {
                double norm = weight.grad().norm().item_double();
                squares += norm * norm;
            }
            result[1] = (float) Math.sqrt(squares);
        }
    }
}

package org.icl4j.bench.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.icl4j.bench.steps.DecoderWorkloads;
import org.icl4j.bench.steps.LinearWorkloads;
import org.icl4j.kernels.Matrix;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;

/** PyTorch's functions, as a program that trains would call them. */
@SuppressWarnings("try") // A scope is there to be closed.
final class PyTorchPeer implements Peer {
    private static final double EPSILON = 1e-5;

    PyTorchPeer(int threads) {
        torch.set_num_threads(threads);
    }

    /** A function of no arguments, whose result lives until the next call. */
    private static final class Function implements Call {
        private final Supplier<List<Tensor>> function;
        private final List<Matrix<float[]>> results;

        Function(Prepared<float[]> operands, Supplier<List<Tensor>> function) {
            this.function = function;
            this.results = operands.results();
        }

        @Override
        public void run() {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                function.get();
            }
        }

        @Override
        public void collect() {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                List<Tensor> answers = function.get();
                for (int i = 0; i < answers.size(); i++) {
                    copy(answers.get(i), results.get(i).array());
                }
            }
        }
    }

    static void copy(Tensor from, float[] to) {
        Tensor dense = from.contiguous();
        if (dense.numel() != to.length) {
            throw new IllegalStateException("PyTorch gave " + dense.numel() + " numbers, not " + to.length);
        }
        new FloatPointer(dense.data_ptr_float()).get(to);
    }

    /** A tensor of its own with these numbers. */
    static Tensor tensor(float[] values, long... shape) {
        return torch.from_blob(new FloatPointer(values), shape).clone();
    }

    /** A parameter with its shape, of which gradients are asked. */
    static Tensor weight(org.icl4j.transformer.tensor.Tensor<float[]> parameter) {
        long[] shape = Arrays.stream(parameter.shape()).asLongStream().toArray();
        return tensor(parameter.array(), shape).requires_grad_(true);
    }

    private static Tensor tensor(Matrix<float[]> matrix) {
        return matrix.count() == 1
                ? tensor(matrix.array(), matrix.rows(), matrix.cols())
                : tensor(matrix.array(), matrix.count(), matrix.rows(), matrix.cols());
    }

    private static Tensor vector(Matrix<float[]> matrix) {
        return tensor(matrix.array(), matrix.array().length);
    }

    @Override
    public Optional<Call> prepare(Workload<float[]> workload, Prepared<float[]> operands) {
        List<Matrix<float[]>> m = operands.operands();
        return switch (workload.kernel()) {
            case "gemm" -> Optional.of(gemm(workload, operands));
            case "softmax" -> function(operands, tensor(m.get(0)), x -> torch.softmax(x, -1));
            case "relu" -> function(operands, tensor(m.get(0)), torch::relu);
            case "gelu" -> function(operands, tensor(m.get(0)), x -> torch.gelu(x, approximation(workload)));
            case "geluBackward" -> {
                Tensor x = tensor(m.get(0));
                yield function(operands, tensor(m.get(1)), dy -> torch.gelu_backward(dy, x, approximation(workload)));
            }
            case "reluBackward" -> {
                Tensor x = tensor(m.get(0));
                Scalar zero = new Scalar(0f);
                yield function(operands, tensor(m.get(1)), dy -> torch.threshold_backward(dy, x, zero));
            }
            case "layerNorm" -> Optional.of(layerNorm(operands));
            case "attention" -> Optional.of(attention(workload, operands));
            case "attentionBackward" -> Optional.of(new PyTorchAttentionBackward(heads(workload), operands));
            case "softmaxBackward" -> Optional.of(new PyTorchSoftmaxBackward(operands));
            case "trainingStep" -> Optional.of(new PyTorchTrainingStep(workload, operands));
            case LinearWorkloads.STEP -> Optional.of(new PyTorchLinearStep(operands));
            case DecoderWorkloads.STEP -> Optional.of(new PyTorchDecoderStep(workload, operands));
            default -> Optional.empty();
        };
    }

    private static Optional<Call> function(
            Prepared<float[]> operands, Tensor x, java.util.function.UnaryOperator<Tensor> function) {
        return Optional.of(new Function(operands, () -> List.of(function.apply(x))));
    }

    private static String approximation(Workload<?> workload) {
        return workload.shape().endsWith("tanh") ? "tanh" : "none";
    }

    private static Call gemm(Workload<float[]> workload, Prepared<float[]> operands) {
        String shape = workload.shape();
        Tensor a = tensor(operands.operands().get(0));
        Tensor b = tensor(operands.operands().get(1));
        Tensor left = shape.charAt(shape.length() - 2) == 'T' ? a.transpose(-2, -1) : a;
        Tensor right = shape.charAt(shape.length() - 1) == 'T' ? b.transpose(-2, -1) : b;
        Tensor c = tensor(operands.operands().get(2));
        return new Function(operands, () -> List.of(torch.matmul_out(c, left, right)));
    }

    private static Call layerNorm(Prepared<float[]> operands) {
        List<Matrix<float[]>> m = operands.operands();
        Tensor x = tensor(m.get(0));
        TensorOptional gamma = new TensorOptional(vector(m.get(1)));
        TensorOptional beta = new TensorOptional(vector(m.get(2)));
        long[] normalized = {m.get(0).cols()};
        return new Function(operands, () -> {
            T_TensorTensorTensor_T all = torch.native_layer_norm(x, normalized, gamma, beta, EPSILON);
            return List.of(all.get0(), all.get1(), all.get2());
        });
    }

    static int heads(Workload<?> workload) {
        return Integer.parseInt(workload.shape().replaceAll(".* H(\\d+) .*", "$1"));
    }

    /** [B, T, H·D] as [B, H, T, D]. */
    static Tensor split(Matrix<float[]> matrix, int heads) {
        long batch = matrix.count();
        long length = matrix.rows();
        return tensor(matrix.array(), batch, length, heads, matrix.cols() / heads)
                .transpose(1, 2);
    }

    static Tensor attend(Tensor q, Tensor k, Tensor v) {
        return torch.scaled_dot_product_attention(q, k, v, new TensorOptional(), 0, true, new DoubleOptional(), false);
    }

    /** The output alone: PyTorch's public function gives no log-sum-exp, so that result keeps our own value. */
    private static Call attention(Workload<float[]> workload, Prepared<float[]> operands) {
        int heads = heads(workload);
        List<Tensor> qkv = new ArrayList<>();
        operands.operands().subList(0, 3).forEach(matrix -> qkv.add(split(matrix, heads)));
        operands.call().run();
        return new Function(
                operands,
                () -> List.of(attend(qkv.get(0), qkv.get(1), qkv.get(2)).transpose(1, 2)));
    }
}

package org.icl4j.bench.jmh;

import java.util.List;
import org.icl4j.kernels.workload.KernelWorkloads;
import org.icl4j.kernels.workload.Workload;
import org.openjdk.jmh.annotations.Param;

/** Every kernel on the shapes of small transformers. */
public class KernelBenchmark extends WorkloadBenchmark {
    /** Kernel and shape. */
    @Param({
        "gemm 64x64x64 NN",
        "gemm 128x128x128 NN",
        "gemm 256x256x256 NN",
        "gemm 512x512x512 NN",
        "gemm 1024x1024x1024 NN",
        "gemm 2048x1024x256 NT",
        "gemm 2624x768x256 NT",
        "gemm 2624x256x1024 NT",
        "gemm 6464x192x64 NT",
        "gemm 256x768x2624 TN",
        "gemm 32x1024x1024 NN",
        "gemm 32x1024x1024 NT",
        "gemm 1x1024x1024 NT",
        "gemm 1x4096x4096 NT",
        "gemm b512 41x41x32 NN",
        "gemm b512 41x32x41 NN",
        "gemm b512 41x41x32 NT",
        "gemm b12 1024x64x1024 NN",
        "pack 1024x1024 f32",
        "gemm 1x512x256 packed f32",
        "gemm 1x1024x1024 packed f32",
        "gemm 1x4096x4096 packed f32",
        "gemm 1x4096x4096 packed bf16",
        "gemm 1x4096x4096 packed f16",
        "gemm 32x1024x1024 packed f32",
        "gemm 32x1024x1024 packed bf16",
        "gemm 2624x1024x256 NT bias gelu",
        "addBias 2624x1024",
        "sumRows 2624x1024",
        "softmax 4096x64",
        "softmaxBackward 4096x64",
        "softmax 20992x41",
        "softmaxBackward 20992x41",
        "layerNorm 2624x256",
        "layerNormBackward 2624x256",
        "relu 2624x1024",
        "reluBackward 2624x1024",
        "gelu 2624x1024 tanh",
        "geluBackward 2624x1024 tanh",
        "gelu 2624x1024 exact",
        "geluBackward 2624x1024 exact",
        "attention B64 H8 T41 D32",
        "attentionBackward B64 H8 T41 D32",
        "attention B1 H12 T1024 D64",
        "attentionBackward B1 H12 T1024 D64",
        "adamW 1160x8192",
        "exp 2624x256",
        "tanh 2624x256",
        "tanhBackward 2624x256",
        "sigmoid 2624x256",
        "sigmoidBackward 2624x256",
        "silu 2624x256",
        "siluBackward 2624x256",
        "softplus 2624x256",
        "softplusBackward 2624x256",
        "add 2624x256",
        "gate 2624x1024 swiglu",
        "gateBackward 2624x1024 swiglu",
        "gate 2624x1024 geglu_exact",
        "gateBackward 2624x1024 geglu_exact",
        "gate 2624x1024 geglu_tanh",
        "gateBackward 2624x1024 geglu_tanh",
        "rotary B64 H8 T41 D32 interleaved",
        "rotaryBackward B64 H8 T41 D32 interleaved",
        "rotary B64 H8 T41 D32 halves",
        "rotaryBackward B64 H8 T41 D32 halves",
        "linearAttention B64 H8 T41 D32",
        "linearAttentionBackward B64 H8 T41 D32",
        "linearAttention B1 H12 T1024 D64",
        "linearAttentionBackward B1 H12 T1024 D64",
        "linearSelfAttention B256 T41 d20",
        "linearSelfAttentionBackward B256 T41 d20",
        "rnn B64 T41 H256",
        "rnnBackward B64 T41 H256",
        "gru B64 T41 H256",
        "gruBackward B64 T41 H256",
        "diagonalScan B64 T41 N256",
        "diagonalScanBackward B64 T41 N256",
        "selectiveScan B64 T41 D32 N8",
        "selectiveScanBackward B64 T41 D32 N8",
        "selectiveScan B1 T1024 D256 N16",
        "selectiveScanBackward B1 T1024 D256 N16",
        "rmsNorm 2624x256",
        "rmsNormBackward 2624x256",
        "crossEntropy 2624x512",
        "crossEntropyBackward 2624x512",
        "sum 1160x8192",
        "sumOfSquares 1160x8192",
        "dot 1160x8192",
        "max 1160x8192"
    })
    public String workload;

    @Override
    String workload() {
        return workload;
    }

    @Override
    <A> List<Workload<A>> workloads() {
        return KernelWorkloads.benchmark();
    }
}

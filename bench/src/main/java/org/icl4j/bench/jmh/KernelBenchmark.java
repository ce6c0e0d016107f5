package org.icl4j.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.icl4j.kernels.workload.KernelWorkloads;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Every kernel on the shapes of small transformers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-XX:+UseG1GC", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class KernelBenchmark {
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
        "adamW 1160x8192"
    })
    public String workload;

    /** What computes it. */
    @Param({"vector", "openblas"})
    public String provider;

    /** Threads of one call. */
    @Param({"1", "2"})
    public int threads;

    private WorkloadState state;
    private Runnable call;

    /** Makes the operands and checks the answer. */
    @Setup
    public void prepare() {
        state = new WorkloadState(
                workload, provider, threads, KernelWorkloads.benchmark(), KernelWorkloads.benchmark());
        call = state.call();
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        state.close();
    }

    /** One call. */
    @Benchmark
    public void call() {
        call.run();
    }
}

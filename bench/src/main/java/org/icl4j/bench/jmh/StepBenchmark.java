package org.icl4j.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.icl4j.bench.steps.BlockWorkloads;
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

/** Passes of the contextual block, a step of its training, and the evaluation of a prompt. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-XX:+UseG1GC", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class StepBenchmark {
    /** Step and shape. */
    @Param({
        "blockForward B64 T51 d32 m128",
        "blockBackward B64 T51 d32 m128",
        "trainingStep B64 T51 d32 m128",
        "promptEvaluation B1 T51 d32 m128",
        "blockForward B64 T41 d256 m1024",
        "blockBackward B64 T41 d256 m1024",
        "trainingStep B64 T41 d256 m1024",
        "promptEvaluation B1 T41 d256 m1024"
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
        state = new WorkloadState(workload, provider, threads, BlockWorkloads.all(), BlockWorkloads.all());
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

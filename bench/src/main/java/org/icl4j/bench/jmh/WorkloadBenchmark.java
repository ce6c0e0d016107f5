package org.icl4j.bench.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.icl4j.kernels.workload.Workload;
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

/** One call of a workload, whose answer was checked before. A subclass names the workloads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-XX:+UseG1GC", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public abstract class WorkloadBenchmark {
    /** What computes it. */
    @Param({"vector", "openblas"})
    public String provider;

    /** Threads of one call. */
    @Param({"1", "2"})
    public int threads;

    private WorkloadState state;
    private Runnable call;

    /** The name of the workload to time. */
    abstract String workload();

    /** All workloads of this benchmark, of which {@link #workload} names one. */
    abstract <A> List<Workload<A>> workloads();

    /** Makes the operands and checks the answer. */
    @Setup
    public void prepare() {
        state = new WorkloadState(workload(), provider, threads, workloads(), workloads());
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

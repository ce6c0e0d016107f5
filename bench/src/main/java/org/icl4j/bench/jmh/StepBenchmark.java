package org.icl4j.bench.jmh;

import java.util.List;
import java.util.stream.Stream;
import org.icl4j.bench.steps.BlockWorkloads;
import org.icl4j.bench.steps.LinearWorkloads;
import org.icl4j.kernels.workload.Workload;
import org.openjdk.jmh.annotations.Param;

/** Passes of the contextual block, a step of its training, the evaluation of a prompt, and a step of linear self-attention. */
public class StepBenchmark extends WorkloadBenchmark {
    /** Step and shape. */
    @Param({
        "blockForward B64 T51 d32 m128",
        "blockBackward B64 T51 d32 m128",
        "trainingStep B64 T51 d32 m128",
        "promptEvaluation B1 T51 d32 m128",
        "blockForward B64 T41 d256 m1024",
        "blockBackward B64 T41 d256 m1024",
        "trainingStep B64 T41 d256 m1024",
        "promptEvaluation B1 T41 d256 m1024",
        "linearSelfAttentionStep B256 N40 d20"
    })
    public String workload;

    @Override
    String workload() {
        return workload;
    }

    @Override
    <A> List<Workload<A>> workloads() {
        return Stream.concat(BlockWorkloads.<A>all().stream(), LinearWorkloads.<A>all().stream())
                .toList();
    }
}

package org.icl4j.bench.jmh;

import java.util.List;
import org.icl4j.bench.steps.BlockWorkloads;
import org.icl4j.kernels.workload.Workload;
import org.openjdk.jmh.annotations.Param;

/** Passes of the contextual block, a step of its training, and the evaluation of a prompt. */
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
        "promptEvaluation B1 T41 d256 m1024"
    })
    public String workload;

    @Override
    String workload() {
        return workload;
    }

    @Override
    <A> List<Workload<A>> workloads() {
        return BlockWorkloads.all();
    }
}

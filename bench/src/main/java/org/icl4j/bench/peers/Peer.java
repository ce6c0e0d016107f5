package org.icl4j.bench.peers;

import java.util.Optional;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;

/** Another library that computes some of the workloads. It lives in a process of its own, made with its number of threads. */
public interface Peer {
    /** One workload on one library. */
    interface Call {
        /** What is timed. */
        void run();

        /** So many runs in a row. */
        default void run(int times) {
            for (int i = 0; i < times; i++) {
                run();
            }
        }

        /** Copies the answer of the last run into the results of the operands that it was made from. */
        void collect();
    }

    /**
     * The same work on the same numbers.
     *
     * @param workload what to compute
     * @param operands its operands; those of the results are written by {@link Call#collect}
     * @return empty if this library has no such function
     */
    Optional<Call> prepare(Workload<float[]> workload, Prepared<float[]> operands);
}

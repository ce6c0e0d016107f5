package org.icl4j.bench.peers;

import java.util.Optional;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.kernels.workload.Workload.Prepared;

/** Our own kernels: the operands were prepared on the provider in question. */
final class KernelsPeer implements Peer {
    @Override
    public Optional<Call> prepare(Workload<float[]> workload, Prepared<float[]> operands) {
        return Optional.of(new Call() {
            @Override
            public void run() {
                operands.call().run();
            }

            @Override
            public void collect() {
                // The results are the operands' own arrays.
            }
        });
    }
}

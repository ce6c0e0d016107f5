package org.icl4j.kernels.workload;

/** The machine's limits cannot be measured in this JVM. The message names the loop that failed, and what would cure it. */
public final class LimitsUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LimitsUnavailableException(String message) {
        super(message);
    }
}

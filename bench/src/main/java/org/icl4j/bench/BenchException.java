package org.icl4j.bench;

/** A bench command cannot go on; the message says why and what helps. */
public final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private BenchException(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** A file of the user's cannot be used. */
    public static BenchException badInput(String message) {
        return new BenchException(message, 3);
    }

    /** Something of the machine or the checkout is missing. */
    public static BenchException environment(String message) {
        return new BenchException(message, 4);
    }

    int exitCode() {
        return exitCode;
    }
}

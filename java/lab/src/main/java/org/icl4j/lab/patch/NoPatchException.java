package org.icl4j.lab.patch;

/** There is no such patch: a vector that it would divide by is 0, or nearly. The message names it. */
public final class NoPatchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoPatchException(String message) {
        super(message);
    }
}

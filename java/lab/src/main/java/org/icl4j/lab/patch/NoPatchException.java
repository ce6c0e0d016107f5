package org.icl4j.lab.patch;

import org.icl4j.lab.experiment.RunFailedException;

/** There is no such patch: a vector that it would divide by is 0, or nearly. The message names it. */
public final class NoPatchException extends RunFailedException {
    private static final long serialVersionUID = 1;

    NoPatchException(String message) {
        super(message);
    }
}

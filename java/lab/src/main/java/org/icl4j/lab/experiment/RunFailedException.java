package org.icl4j.lab.experiment;

/** A run that cannot come to its claims, such as a training whose loss became NaN. The message says where and what may help. */
public class RunFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param message where it failed and what may help
     */
    public RunFailedException(String message) {
        super(message);
    }
}

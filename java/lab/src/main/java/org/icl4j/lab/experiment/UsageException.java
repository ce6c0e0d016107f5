package org.icl4j.lab.experiment;

/** A command that asks for something that there is not, or that may not be. The message says what is allowed. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param message what was given and what is allowed
     */
    public UsageException(String message) {
        super(message);
    }
}

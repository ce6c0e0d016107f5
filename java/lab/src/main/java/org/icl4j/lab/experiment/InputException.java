package org.icl4j.lab.experiment;

/** A user's file that cannot be used. The message names the file and the place in it. */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param message file, place, what was found and what is allowed
     */
    public InputException(String message) {
        super(message);
    }

    /**
     * @param message file, place, what was found and what is allowed
     * @param cause what was thrown while reading
     */
    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}

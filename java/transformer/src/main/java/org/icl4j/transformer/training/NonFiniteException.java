package org.icl4j.transformer.training;

/** A number that is none came up in training. The parameters are those before the step. */
public final class NonFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param step number of the step, from 1
     * @param where what was first not finite
     */
    NonFiniteException(long step, String where) {
        super("step " + step + ": " + where + "; the learning rate may be too high");
    }
}

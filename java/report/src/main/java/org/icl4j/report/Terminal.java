package org.icl4j.report;

/** Whether a person watches stderr. The launcher knows and says so; without it, a console on both ends is taken for one. */
public final class Terminal {
    private static final String PROPERTY = "icl4j.terminal";

    private Terminal() {}

    /** Whether to show progress. */
    public static boolean isPresent() {
        String said = System.getProperty(PROPERTY);
        if (said != null) {
            return Boolean.parseBoolean(said);
        }
        return System.console() != null && System.console().isTerminal();
    }
}

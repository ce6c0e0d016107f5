package org.icl4j.report;

/**
 * Whether a person watches stderr, and how wide the window is. The launcher knows and says so; without it, a console on both ends
 * is taken for one.
 */
public final class Terminal {
    private static final String PROPERTY = "icl4j.terminal";
    private static final String COLUMNS = "icl4j.columns";
    private static final int USUAL_COLUMNS = 80;

    private Terminal() {}

    /** Whether to show progress. */
    public static boolean isPresent() {
        String said = System.getProperty(PROPERTY);
        if (said != null) {
            return Boolean.parseBoolean(said);
        }
        return System.console() != null && System.console().isTerminal();
    }

    /** Columns of the window, or the usual 80 where nobody says. */
    public static int columns() {
        int said = Integer.getInteger(COLUMNS, USUAL_COLUMNS);
        return said > 0 ? said : USUAL_COLUMNS;
    }
}

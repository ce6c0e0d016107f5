package org.icl4j.lab.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Log lines on stderr: one line each, level and message. */
final class Logs {
    private static final Logger OURS = Logger.getLogger("org.icl4j");

    private Logs() {}

    /** To be called before the first line is logged. */
    static void configure() {
        System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s: %5$s%n");
    }

    /** Keeps lines below {@code level} to itself. */
    static void atLeast(Level level) {
        OURS.setLevel(level);
    }
}

package org.icl4j.lab.cli;

/** What the process tells its caller. */
final class ExitCode {
    /** Done. */
    static final int OK = 0;

    /** A claim or a check failed, or a run could not come to its claims. */
    static final int FAILED = 1;

    /** The command line asks for what there is not. */
    static final int USAGE = 2;

    /** A file of the user's cannot be used. */
    static final int BAD_INPUT = 3;

    /** Something of the machine is missing: a provider, a directory to write, memory. */
    static final int ENVIRONMENT = 4;

    /** A mistake in the program. */
    static final int INTERNAL = 70;

    private ExitCode() {}
}

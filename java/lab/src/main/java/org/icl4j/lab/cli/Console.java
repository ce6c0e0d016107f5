package org.icl4j.lab.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import org.icl4j.report.TextTable;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err progress, warnings and errors
 * @param terminal whether a person watches {@code err}
 */
record Console(PrintStream out, PrintStream err, boolean terminal) {
    PrintWriter outWriter() {
        return new PrintWriter(out, true);
    }

    PrintWriter errWriter() {
        return new PrintWriter(err, true);
    }

    /** Prints rows with their columns aligned; the last column is not filled up. */
    void table(List<List<String>> rows) {
        out.print(TextTable.of(rows));
    }
}

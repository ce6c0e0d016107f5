package org.icl4j.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.icl4j.bench.BenchException;

/** Lines sent to a process, each answered by one. */
final class Conversation implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 5;

    private final String who;
    private final String where;
    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;

    /**
     * Starts the process.
     *
     * @param who its name in messages
     * @param where a person finds what it prints besides
     */
    Conversation(String who, String where, ProcessBuilder builder) throws IOException {
        this.who = who;
        this.where = where;
        process = builder.start();
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Sends a line and waits for the answer. */
    String ask(String command) throws IOException {
        commands.println(command);
        String answer = answers.readLine();
        if (answer == null) {
            throw BenchException.environment(
                    "the process of " + who + " ended at '" + command + "'; what it printed is in " + where);
        }
        return answer;
    }

    /**
     * Sends a line to which one answer is right.
     *
     * @throws BenchException if it is another
     */
    void require(String right, String command) throws IOException {
        String answer = ask(command);
        if (!answer.equals(right)) {
            throw BenchException.environment(who + ": " + command + ": " + answer);
        }
    }

    /** Ends its input, and the process if it does not end by itself. */
    @Override
    public void close() {
        commands.close();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

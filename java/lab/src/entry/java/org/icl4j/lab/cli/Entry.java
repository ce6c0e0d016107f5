package org.icl4j.lab.cli;

/**
 * Where the JVM starts. Compiled for Java 8, so that an older Java than the program needs can say so instead of failing to read
 * the program.
 */
public final class Entry {
    private static final int NEEDED = 25;
    private static final int ENVIRONMENT = 4;

    private Entry() {}

    /** Runs the command if this Java can. */
    public static void main(String[] args) {
        String problem = problem(System.getProperty("java.specification.version"), System.getProperty("java.home"));
        if (problem != null) {
            System.err.println("icl4j: " + problem);
            System.exit(ENVIRONMENT);
        }
        Main.main(args);
    }

    /** What is wrong with a Java of this version, such as 17 or 1.8; null if nothing. */
    static String problem(String version, String home) {
        if (Double.parseDouble(version) >= NEEDED) {
            return null;
        }
        return "needs Java " + NEEDED + ", this is " + version + " (" + home
                + "); the launcher ./icl4j finds one, or give its path, as in /usr/lib/jvm/jdk-" + NEEDED
                + "/bin/java -jar ...";
    }
}

package org.icl4j.report;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** What a run ran on: CPU, JDK, flags, and the commit that the program was built from. */
public final class Machine {
    private static final String UNKNOWN = "unknown";

    private Machine() {}

    /** The CPU's name, or the architecture where the system does not tell it. */
    public static String cpu() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** Version and vendor of the JDK. */
    public static String jdk() {
        return Runtime.version() + " (" + System.getProperty("java.vendor") + ", " + System.getProperty("java.vm.name")
                + ")";
    }

    /** Name and version of the operating system. */
    public static String os() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    /** The flags that the JVM was started with. */
    public static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    /** The commit that the program was built from, with {@code -dirty} if the tree had changes. */
    public static String commit() {
        Properties build = build();
        String dirty = Boolean.parseBoolean(build.getProperty("git.dirty")) ? "-dirty" : "";
        return build.getProperty("git.commit.id.full", UNKNOWN) + dirty;
    }

    /** The program's version. */
    public static String version() {
        return build().getProperty("git.build.version", UNKNOWN);
    }

    private static Properties build() {
        Properties properties = new Properties();
        try (InputStream in = Machine.class.getResourceAsStream("/org/icl4j/report/build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new IllegalStateException("build.properties is part of the program", e);
        }
        return properties;
    }
}

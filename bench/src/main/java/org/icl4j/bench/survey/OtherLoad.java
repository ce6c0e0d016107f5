package org.icl4j.bench.survey;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** How much other processes, and other guests of the host, took from this machine's cores while a survey ran. */
final class OtherLoad {
    private static final Path STAT = Path.of("/proc/stat");

    /** Fields of the first line of /proc/stat, in hundredths of a second since the start of the machine. */
    private static final List<Integer> BUSY = List.of(1, 2, 3, 6, 7, 8);

    private static final double TICKS = 100;
    private static final double GIGA = 1e9;

    private final long start = System.nanoTime();
    private final double busy = busy();
    private final double own = own();

    /** Cores that others kept busy on average since this object was made; empty where the system does not tell. */
    OptionalDouble cores() {
        double elapsed = (System.nanoTime() - start) / GIGA;
        double others = (busy() - busy) - (own() - own);
        return Double.isNaN(others) || elapsed <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.max(0, others / elapsed));
    }

    private static double own() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / GIGA;
    }

    private static double busy() {
        try {
            String[] fields = Files.readAllLines(STAT).getFirst().split(" +");
            return BUSY.stream().mapToDouble(i -> Double.parseDouble(fields[i])).sum() / TICKS;
        } catch (IOException | RuntimeException notLinux) {
            return Double.NaN;
        }
    }
}

package org.icl4j.bench.widths;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.icl4j.bench.peers.PeerKind;
import org.icl4j.bench.peers.PeerProcess;
import org.icl4j.kernels.workload.Workload;
import org.icl4j.report.Progress;

/** A process for each width of vectors that the CPU has. They live side by side and are measured in turn. */
final class WidthRuns implements AutoCloseable {
    /** The widths that can be forced. */
    private static final List<Integer> WIDTHS = List.of(128, 256, 512);

    private final SortedMap<Integer, PeerProcess> processes = new TreeMap<>();
    private final int taken;
    private final boolean hurry;

    /**
     * Starts them.
     *
     * @param classPath that of icl4j
     * @param scratch directory for what they print
     * @param hurry whether to wait less for the compilers
     */
    WidthRuns(String classPath, Path scratch, boolean hurry) throws IOException {
        this.hurry = hurry;
        PeerProcess unforced = start(classPath, scratch.resolve("default.log"));
        taken = Integer.parseInt(unforced.ask("bits"));
        processes.put(taken, unforced);
        for (int bits : WIDTHS) {
            // A wider vector than the default is one that the CPU, or the JVM on it, lacks.
            if (bits < taken) {
                PeerProcess forced = start(classPath, scratch.resolve(bits + ".log"), "-Dicl4j.vectorBits=" + bits);
                processes.put(bits, forced);
                forced.require(Integer.toString(bits), "bits");
            }
        }
    }

    private static PeerProcess start(String classPath, Path log, String... flags) throws IOException {
        return new PeerProcess(PeerKind.ICL4J, 1, classPath, log, flags);
    }

    /** The width that is taken by default. */
    int taken() {
        return taken;
    }

    /** Times all workloads. */
    List<WidthTimes> times(List<Workload<float[]>> workloads, int rounds, Progress progress) throws IOException {
        List<WidthTimes> rows = new ArrayList<>();
        try (Progress.Stage stage = progress.begin("widths", workloads.size())) {
            warm(workloads.getFirst()); // So that the compilers are done before the first time that counts.
            for (Workload<float[]> workload : workloads) {
                rows.add(times(workload, rounds));
                stage.at(rows.size(), workload.name());
            }
        }
        return rows;
    }

    private void warm(Workload<float[]> workload) throws IOException {
        for (PeerProcess process : processes.values()) {
            process.warm(workload.name(), hurry);
        }
    }

    /** Every other round goes backwards. */
    private WidthTimes times(Workload<float[]> workload, int rounds) throws IOException {
        warm(workload);
        SortedMap<Integer, double[]> seconds = new TreeMap<>();
        processes.keySet().forEach(bits -> seconds.put(bits, new double[rounds]));
        List<Map.Entry<Integer, PeerProcess>> order = List.copyOf(processes.entrySet());
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<Integer, PeerProcess> each : round % 2 == 0 ? order : order.reversed()) {
                seconds.get(each.getKey())[round] = each.getValue().measure();
            }
        }
        return new WidthTimes(workload.kernel(), workload.shape(), seconds);
    }

    @Override
    public void close() {
        processes.values().forEach(PeerProcess::close);
    }
}

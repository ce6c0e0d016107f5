package org.icl4j.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.bench.survey.Timing;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same speed under every collector: JVMs that differ in nothing else, side by side and measured in turn, and several of each,
 * for one JVM's compiled code differs from the next one's.
 */
class CollectorsTest {
    private static final List<String> COLLECTORS = List.of("G1", "Parallel", "Serial");
    private static final List<String> WORKLOADS =
            List.of("gemm 256x256x256 NN", "attention B64 H8 T41 D32", "layerNorm 2624x256");
    private static final int FORKS = 5;
    private static final int ROUNDS = 10;
    private static final double MOST_DIFFERENCE = 0.10;

    @TempDir
    private Path scratch;

    @Tag("extended")
    @Test
    void sameSpeed() throws IOException {
        for (String workload : WORKLOADS) {
            Map<String, double[]> ratios = new LinkedHashMap<>();
            COLLECTORS.forEach(collector -> ratios.put(collector, new double[FORKS]));
            for (int fork = 0; fork < FORKS; fork++) {
                Map<String, Double> times = times(workload, fork);
                for (String collector : COLLECTORS) {
                    ratios.get(collector)[fork] = times.get(collector) / times.get(COLLECTORS.getFirst());
                }
            }
            ratios.forEach((collector, each) ->
                    System.out.printf("%s, %s over G1: %s%n", workload, collector, Arrays.toString(each)));
            ratios.forEach((collector, each) -> assertEquals(
                    1, Timing.ofSeconds(each).seconds(), MOST_DIFFERENCE, workload + ", " + collector + " over G1"));
        }
    }

    /** Median seconds of a call in one JVM of each collector; every other round goes backwards. */
    private Map<String, Double> times(String workload, int fork) throws IOException {
        Map<String, PeerProcess> processes = new LinkedHashMap<>();
        try {
            for (String collector : COLLECTORS) {
                processes.put(collector, start(collector, fork));
            }
            for (PeerProcess process : processes.values()) {
                process.warm(workload, false);
            }
            Map<String, double[]> seconds = new LinkedHashMap<>();
            COLLECTORS.forEach(collector -> seconds.put(collector, new double[ROUNDS]));
            for (int round = 0; round < ROUNDS; round++) {
                for (String collector : round % 2 == 0 ? COLLECTORS : COLLECTORS.reversed()) {
                    seconds.get(collector)[round] = processes.get(collector).measure();
                }
            }
            Map<String, Double> medians = new LinkedHashMap<>();
            seconds.forEach((collector, rounds) ->
                    medians.put(collector, Timing.ofSeconds(rounds).seconds()));
            return medians;
        } finally {
            processes.values().forEach(PeerProcess::close);
        }
    }

    private PeerProcess start(String collector, int fork) throws IOException {
        return new PeerProcess(
                PeerKind.ICL4J,
                1,
                System.getProperty("java.class.path"),
                scratch.resolve(collector + fork + ".log"),
                "-XX:-UseG1GC",
                "-XX:+Use" + collector + "GC");
    }
}

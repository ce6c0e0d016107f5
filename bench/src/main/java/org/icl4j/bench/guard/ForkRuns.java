package org.icl4j.bench.guard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.bench.BuiltTree;
import org.icl4j.bench.peers.PeerKind;
import org.icl4j.bench.peers.PeerProcess;
import org.icl4j.bench.survey.Timing;
import org.icl4j.report.Progress;

/**
 * Times benchmarks in forks: processes that live for one round. The forks of a round live side by side and are measured in turn,
 * some hundredths of a second each, so that whatever slows the machine for longer than that slows both.
 */
final class ForkRuns {
    private static final int MEASUREMENTS = 16;

    private final List<String> benchmarks;
    private final Path directory;

    /**
     * @param benchmarks names of workloads
     * @param directory for what the processes print
     */
    ForkRuns(List<String> benchmarks, Path directory) {
        this.benchmarks = benchmarks;
        this.directory = directory;
    }

    /** Seconds of a call by benchmark, a number for each round, for each of the trees. */
    List<Map<String, double[]>> inTurn(List<Path> trees, int rounds, Progress progress) throws IOException {
        List<Map<String, double[]>> times = new ArrayList<>();
        trees.forEach(tree -> times.add(new LinkedHashMap<>()));
        try (Progress.Stage stage = progress.begin("forks", (long) rounds * benchmarks.size())) {
            for (int round = 0; round < rounds; round++) {
                List<PeerProcess> forks = new ArrayList<>();
                try {
                    for (Path tree : trees) {
                        forks.add(fork(tree, forks.size()));
                    }
                    for (String benchmark : benchmarks) {
                        // All of them, so that the compilers are done before the first is measured.
                        warm(forks, benchmark);
                    }
                    for (String benchmark : benchmarks) {
                        double[] seconds = measure(forks, benchmark, round % 2 == 1);
                        for (int i = 0; i < seconds.length; i++) {
                            times.get(i).computeIfAbsent(benchmark, key -> new double[rounds])[round] = seconds[i];
                        }
                        stage.at((long) round * benchmarks.size() + benchmarks.indexOf(benchmark) + 1, benchmark);
                    }
                } finally {
                    forks.forEach(PeerProcess::close);
                }
            }
        }
        return times;
    }

    private PeerProcess fork(Path tree, int number) throws IOException {
        String classPath = PeerProcess.classPath(PeerKind.ICL4J, new BuiltTree(tree).target());
        return new PeerProcess(PeerKind.ICL4J, 1, classPath, directory.resolve("fork-" + number + ".log"));
    }

    /** Medians over the measurements; every other one begins with the other fork, and {@code backwards} the first. */
    private static double[] measure(List<PeerProcess> forks, String benchmark, boolean backwards) throws IOException {
        warm(forks, benchmark);
        double[][] seconds = new double[forks.size()][MEASUREMENTS];
        for (int i = 0; i < MEASUREMENTS; i++) {
            boolean reverse = backwards ^ (i % 2 == 1);
            for (int j = 0; j < forks.size(); j++) {
                int at = reverse ? forks.size() - 1 - j : j;
                seconds[at][i] = forks.get(at).measure();
            }
        }
        return Arrays.stream(seconds)
                .mapToDouble(each -> Timing.ofSeconds(each).seconds())
                .toArray();
    }

    private static void warm(List<PeerProcess> forks, String benchmark) throws IOException {
        for (PeerProcess fork : forks) {
            fork.warm(benchmark, false);
        }
    }
}

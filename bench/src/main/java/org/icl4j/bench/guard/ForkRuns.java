package org.icl4j.bench.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.bench.BenchException;
import org.icl4j.bench.BuiltTree;
import org.icl4j.bench.jmh.JmhProcess;
import org.icl4j.bench.jmh.KernelBenchmark;
import org.icl4j.bench.jmh.StepBenchmark;
import org.icl4j.bench.steps.BlockWorkloads;
import org.icl4j.report.Progress;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs benchmarks of a built tree, one fork at a time, and reads what JMH measured. */
final class ForkRuns {
    private static final List<String> SHORT_RUN =
            List.of("-f", "1", "-wi", "4", "-w", "150ms", "-i", "4", "-r", "150ms", "-foe", "true", "-rf", "json");

    private final List<String> benchmarks;
    private final Path directory;

    /**
     * @param benchmarks names of workloads
     * @param directory for JMH's files
     */
    ForkRuns(List<String> benchmarks, Path directory) {
        this.benchmarks = benchmarks;
        this.directory = directory;
    }

    /** Time of a call of each benchmark in one fork of a tree. */
    Map<String, Double> once(Path tree) throws IOException {
        Map<String, Double> times = new LinkedHashMap<>();
        times.putAll(run(
                tree,
                KernelBenchmark.class,
                benchmarks.stream().filter(name -> !isStep(name)).toList()));
        times.putAll(run(
                tree,
                StepBenchmark.class,
                benchmarks.stream().filter(ForkRuns::isStep).toList()));
        return times;
    }

    private static boolean isStep(String name) {
        return BlockWorkloads.all().stream().anyMatch(step -> step.name().equals(name));
    }

    private Map<String, Double> run(Path tree, Class<?> benchmark, List<String> workloads) throws IOException {
        if (workloads.isEmpty()) {
            return Map.of();
        }
        Path result = directory.resolve("jmh.json");
        Path log = directory.resolve("jmh.log");
        List<String> arguments = new ArrayList<>(List.of(benchmark.getName()));
        arguments.addAll(SHORT_RUN);
        arguments.addAll(List.of("-rff", result.toString()));
        arguments.addAll(List.of("-p", "provider=vector", "-p", "threads=1"));
        arguments.addAll(List.of("-p", "workload=" + String.join(",", workloads)));
        Files.deleteIfExists(result);
        int code = Commands.exitCode(log, JmhProcess.of(new BuiltTree(tree), arguments));
        if (code != 0 || !Files.exists(result)) {
            throw BenchException.environment(
                    "JMH failed in " + tree + " with exit code " + code + "; its log is " + log);
        }
        return read(result);
    }

    /** What a JMH result file says, by the workload's name. */
    static Map<String, Double> read(Path result) throws IOException {
        Map<String, Double> times = new LinkedHashMap<>();
        for (JsonNode run : JsonMapper.shared().readTree(Files.readAllBytes(result))) {
            times.put(
                    run.at("/params/workload").asString(),
                    run.at("/primaryMetric/score").asDouble());
        }
        return times;
    }

    /** Rounds of base and working tree in turn; every other round begins with the other tree. */
    List<Comparison.Samples> inTurn(Path base, Path work, int rounds, Progress progress) throws IOException {
        Map<String, double[]> baseTimes = new LinkedHashMap<>();
        Map<String, double[]> workTimes = new LinkedHashMap<>();
        try (Progress.Stage stage = progress.begin("forks", 2L * rounds)) {
            for (int round = 0; round < rounds; round++) {
                boolean baseFirst = round % 2 == 0;
                note(once(baseFirst ? base : work), baseFirst ? baseTimes : workTimes, round, rounds);
                stage.at(2L * round + 1, "");
                note(once(baseFirst ? work : base), baseFirst ? workTimes : baseTimes, round, rounds);
                stage.at(2L * round + 2, "");
            }
        }
        List<Comparison.Samples> samples = new ArrayList<>();
        for (Map.Entry<String, double[]> entry : workTimes.entrySet()) {
            double[] before = baseTimes.get(entry.getKey());
            if (before != null) {
                samples.add(new Comparison.Samples(entry.getKey(), before, entry.getValue()));
            }
        }
        return samples;
    }

    private static void note(Map<String, Double> times, Map<String, double[]> into, int round, int rounds) {
        times.forEach((name, time) -> into.computeIfAbsent(name, key -> new double[rounds])[round] = time);
    }
}

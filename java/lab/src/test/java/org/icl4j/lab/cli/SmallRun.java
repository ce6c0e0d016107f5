package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Experiments;
import org.icl4j.lab.rank1.Rank1Experiment;
import org.icl4j.lab.recall.RecallExperiment;
import org.icl4j.transformer.files.SafeTensors;

/** An experiment on so little work that a test can run it many times, with a checkpoint at every step. */
enum SmallRun {
    RANK1(new Rank1Experiment(), List.of("block"), "mlp.c_proj.weight", "the loss is", "n=10", "batch=8", "prompts=20"),
    RECALL(
            new RecallExperiment(),
            List.of("one-layer", "two-layers"),
            "h.0.mlp.c_proj.weight",
            "layer 'h.0.mlp.c_proj', kernel gemm",
            "keys=4",
            "values=7",
            "pairs=2",
            "dModel=16",
            "batch=5",
            "prompts=20");

    /** Kernels that need no optimising compiler. */
    private static final List<String> PLAIN = List.of("--provider", "scalar", "--threads", "1");

    private final Experiment experiment;
    private final List<String> models;
    private final String lastWeight;
    private final String traced;
    private final List<String> settings;

    SmallRun(Experiment experiment, List<String> models, String lastWeight, String traced, String... settings) {
        this.experiment = experiment;
        this.models = models;
        this.lastWeight = lastWeight;
        this.traced = traced;
        this.settings = List.of(settings);
    }

    /** A weight of the first model's last products. */
    String lastWeight() {
        return lastWeight;
    }

    /** What is said of a number that is none and comes of that weight. */
    String traced() {
        return traced;
    }

    /** The command for so many steps of each model; what is in {@code more} holds where it says something else. */
    String[] args(Path out, int steps, String... more) {
        List<String> args =
                new ArrayList<>(List.of("run", experiment.name(), "--scale", "quick", "--out", out.toString()));
        List<String> given = List.of(more);
        for (int i = 0; i < PLAIN.size(); i += 2) {
            if (!given.contains(PLAIN.get(i))) {
                args.addAll(PLAIN.subList(i, i + 2));
            }
        }
        Stream.concat(settings.stream(), Stream.of("steps=" + steps, "evaluations=" + steps))
                .forEach(setting -> args.addAll(List.of("--set", setting)));
        args.addAll(given);
        return args.toArray(String[]::new);
    }

    /** Runs it in this JVM. */
    Cli.Result inProcess(Path out, int steps, String... more) {
        return Cli.inProcess(new Experiments(List.of(experiment)), args(out, steps, more));
    }

    /** Runs it in this JVM to its end, whatever the verdicts. */
    Path complete(Path out, int steps, String... more) {
        Cli.Result result = inProcess(out, steps, more);
        assertTrue(isComplete(out), result.code() + ": " + result.err());
        return out;
    }

    static boolean isComplete(Path out) {
        return Files.exists(out.resolve("manifest.json"));
    }

    /** The checkpoints that are there now. */
    List<Path> checkpoints(Path out) {
        return models.stream()
                .map(model -> out.resolve("checkpoints").resolve(model + ".safetensors"))
                .filter(Files::exists)
                .toList();
    }

    /** Steps that are saved, of all models; a checkpoint that is torn does not open. */
    long steps(Path out) throws IOException {
        long steps = 0;
        for (Path checkpoint : checkpoints(out)) {
            try (SafeTensors saved = SafeTensors.open(checkpoint)) {
                steps += Long.parseLong(saved.metadata().get("step"));
            }
        }
        return steps;
    }

    /** All that two runs of one command have in common. */
    void assertSameBytes(Path expected, Path out) throws IOException {
        List<Path> files = new ArrayList<>(checkpoints(expected));
        assertTrue(files.size() == models.size(), files + " of " + models);
        files.add(expected.resolve("measurements.csv"));
        files.add(expected.resolve("claims.json"));
        try (Stream<Path> plots = Files.list(expected.resolve("plots"))) {
            plots.forEach(files::add);
        }
        for (Path file : files) {
            Path other = out.resolve(expected.relativize(file));
            assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(other), other.toString());
        }
    }
}

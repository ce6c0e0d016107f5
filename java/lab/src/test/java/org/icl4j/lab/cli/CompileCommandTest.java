package org.icl4j.lab.cli;

import static org.icl4j.lab.cli.Cli.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Experiments;
import org.icl4j.lab.task.regression.LinearRegression;
import org.icl4j.lab.task.regression.Points;
import org.icl4j.lab.task.token.AssociativeRecall;
import org.icl4j.lab.task.token.Split;
import org.icl4j.lab.training.Curriculum;
import org.icl4j.lab.training.RegressionObjective;
import org.icl4j.lab.training.TokenObjective;
import org.icl4j.transformer.decoder.Decoder;
import org.icl4j.transformer.decoder.DecoderConfig;
import org.icl4j.transformer.decoder.DecoderFile;
import org.icl4j.transformer.decoder.Initialization;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.files.Sha256;
import org.icl4j.transformer.tensor.RandomStream;
import org.icl4j.transformer.tensor.Tensor;
import org.icl4j.transformer.training.Checkpoint;
import org.icl4j.transformer.training.Objective;
import org.icl4j.transformer.training.Schedule;
import org.icl4j.transformer.training.Trainer;
import org.icl4j.transformer.training.TrainingSettings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A context is compiled into the weights of models that were trained for seconds, and merged. */
class CompileCommandTest {
    private static final long SEED = Long.getLong("tests.seed", System.nanoTime());
    private static final int POINTS = 6;
    private static final Set<String> FILES =
            Set.of("patch.safetensors", "adapter_config.json", "adapter_model.safetensors", "compile.json");

    @TempDir
    private static Path directory;

    private static Path recall;
    private static Path linear;

    @BeforeAll
    static void train() throws IOException {
        System.out.println("compile: -Dtests.seed=" + SEED);
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            AssociativeRecall task = new AssociativeRecall(4, 7, 2, Split.TRAINING);
            recall = trained(
                    "recall",
                    DecoderConfig.gpt2(task.vocabulary(), task.length() + 1, 2, 1, 16)
                            .untied(),
                    new TokenObjective<>(task, 1, 32, kernels),
                    kernels);
            linear = trained(
                    "linear",
                    DecoderConfig.garg(1, 2 * POINTS - 1, 2, 1, 16),
                    new RegressionObjective<>(
                            Precision.F32, new LinearRegression(1), Curriculum.none(1, POINTS), 1, 32),
                    kernels);
        }
    }

    private static Path trained(
            String name, DecoderConfig config, Objective<float[]> objective, Kernels<float[]> kernels)
            throws IOException {
        Decoder<float[]> decoder =
                new Decoder<>(config, kernels, Decoder.initialize(config, Initialization.FAN_IN, Precision.F32, 1));
        Path file = directory.resolve(name + ".safetensors");
        TrainingSettings settings = TrainingSettings.of(Schedule.constant(5e-3));
        try (Trainer<float[]> trainer = new Trainer<>(decoder, objective, settings, 1)) {
            for (int i = 0; i < 500; i++) {
                trainer.step();
            }
            new Checkpoint<>(file, Map.of("seed", "1"), decoder, trainer.adam(), 1).save(new double[][] {{0}});
        }
        return file;
    }

    private static Path fresh(DecoderConfig config) throws IOException {
        Path file = directory.resolve("fresh.safetensors");
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, KernelOptions.defaults())) {
            DecoderFile.save(
                    file,
                    Map.of(),
                    new Decoder<>(
                            config, kernels, Decoder.initialize(config, Initialization.FAN_IN, Precision.F32, 1)));
        }
        return file;
    }

    private static Cli.Result run(String... args) {
        return Cli.inProcess(new Experiments(List.of()), args);
    }

    private static Cli.Result compile(Path model, Path context, String out, String... more) {
        List<String> args = new ArrayList<>(List.of("compile", "--model", model.toString()));
        args.addAll(List.of("--context", context.toString(), "--out", path(out)));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private static Cli.Result apply(Path model, String patch, String out, String... more) {
        List<String> args = new ArrayList<>(List.of("apply", "--model", model.toString()));
        args.addAll(List.of("--patch", path(patch), "--out", path(out)));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private static String path(String name) {
        return directory.resolve(name).toString();
    }

    private static Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /** {@code count} points of one linear function. */
    private static Path table(String name, int count) throws IOException {
        Points points = new LinearRegression(1).sample(RandomStream.of(SEED, "points", 0, 0), 500);
        StringBuilder text = new StringBuilder("x1,y\n");
        int first = name.startsWith("query") ? POINTS : 0;
        for (int i = first; i < first + count; i++) {
            text.append(String.format(Locale.ROOT, "%.6f,%.6f\n", points.xs()[i][0], points.ys()[i]));
        }
        return file(name, text.toString());
    }

    private static JsonNode report(String out) throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readAllBytes(directory.resolve(out).resolve("compile.json")));
    }

    private static double loss(JsonNode report, String queries, String weights) {
        return quality(report, queries, weights, "loss");
    }

    private static double quality(JsonNode report, String queries, String weights, String number) {
        for (JsonNode one : report.get("quality").values()) {
            if (one.get("queries").asString().equals(queries)
                    && one.get("weights").asString().equals(weights)) {
                return one.get(number).asDouble();
            }
        }
        throw new AssertionError("no " + queries + " " + weights + " in " + report);
    }

    private static Set<String> names(Path in) throws IOException {
        try (Stream<Path> files = Files.list(in)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void oneTokenIsServedExactly() throws IOException {
        Cli.Result result = compile(recall, file("one.txt", "0 5\n2 9\n2"), "one");
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().startsWith("token-exact patch of 4 weights in "), result.out());
        assertEquals(FILES, names(directory.resolve("one")));
        JsonNode report = report("one");
        assertTrue(report.get("error").asDouble() <= 1e-4, report.toString());
        assertEquals(4, report.get("contextPositions").asInt());
        assertEquals(1, report.get("adapterRank").asInt());
        assertEquals(Sha256.of(recall), report.get("modelSha256").asString());
        try (SafeTensors patch = SafeTensors.open(directory.resolve("one/patch.safetensors"))) {
            assertEquals(Sha256.of(recall), patch.metadata().get("model.sha256"));
            assertEquals(
                    1, patch.load("h.1.mlp.c_fc.weight.right", Precision.F32).dim(0));
        }
        assertEquals(0, apply(recall, "one", "one-merged.safetensors").code());
        assertEquals(
                0, apply(recall, "one", "one-adapted.safetensors", "--adapter").code());
    }

    /** On a context that a linear function of the query stands for, the patch carries over to queries that it never saw. */
    @Test
    void aFunctionOfTheQueryIsCompiledForAllQueries() throws IOException {
        Path context = table("context.csv", POINTS - 1);
        Path queries = table("queries.csv", 400);
        Cli.Result result = compile(linear, context, "many", "--calibration", queries.toString());
        assertEquals(0, result.code(), result.err());
        JsonNode report = report("many");
        double patch = quality(report, "held out", "with the patch", "difference");
        double neither = quality(report, "held out", "with neither", "difference");
        assertTrue(patch < neither / 2, result.out() + " -Dtests.seed=" + SEED);
        assertTrue(
                result.out().matches("(?s).*held out \\(100\\) +with the patch .*fitted \\(300\\) .*"), result.out());
        Cli.Result applied = apply(linear, "many", "many-merged.safetensors");
        assertEquals(0, applied.code(), applied.err());
        assertTrue(applied.out().contains("at 400 queries"), applied.out());
        assertSameOutputs("many-merged.safetensors", context, queries, report);
        Cli.Result twice = compile(linear, context, "again", "--calibration", queries.toString());
        assertEquals(0, twice.code());
        for (String name : FILES) {
            assertEquals(
                    Sha256.of(directory.resolve("many").resolve(name)),
                    Sha256.of(directory.resolve("again").resolve(name)),
                    "the same command gives the same " + name);
        }
    }

    /** The merged model is one like any other: without a patch its answers to the queries are those that the patch gave. */
    private static void assertSameOutputs(String merged, Path context, Path queries, JsonNode report)
            throws IOException {
        Cli.Result result =
                compile(directory.resolve(merged), context, "of-merged", "--calibration", queries.toString());
        assertEquals(0, result.code(), result.err());
        assertEquals(
                loss(report, "held out", "with the patch"),
                loss(report("of-merged"), "held out", "with neither"),
                1e-6);
    }

    /** Nothing carries over from one key to another; what was fitted on is served all the same. */
    @Test
    void aTableOfPairsIsCompiledForTheKeysThatWereFitted() throws IOException {
        Path queries = file("keys.txt", "0\n1\n2\n3\n0 1\n");
        Path context = file("pairs.txt", "0 5 2 9");
        Cli.Result result = compile(recall, context, "keys", "--calibration", queries.toString(), "--holdout", "0");
        assertEquals(0, result.code(), result.err());
        JsonNode report = report("keys");
        assertEquals(4, report.get("quality").size(), "nothing is held out");
        JsonNode patch = report.get("quality").get(1);
        assertEquals("with the patch", patch.get("weights").asString());
        assertEquals(1, patch.get("same").asDouble(), result.out());
        assertTrue(patch.get("right").isNull() && report.get("recovered").isNull(), report.toString());
        assertTrue(result.out().contains("no right answers are known"), result.out());
        assertEquals(
                0,
                apply(recall, "keys", "keys-adapted.safetensors", "--adapter").code());
        Cli.Result cut =
                compile(recall, context, "cut", "--calibration", queries.toString(), "--holdout", "0", "--rank", "1");
        assertEquals(0, cut.code(), cut.err());
        assertTrue(report("cut").get("changes").get(0).get("adapterLoss").asDouble() > 1e-3, cut.out());
        Cli.Result adapted = apply(recall, "cut", "cut-adapted.safetensors", "--adapter");
        assertEquals(0, adapted.code(), adapted.err());
        assertTrue(adapted.out().contains("the adapter's rank"), adapted.out());
    }

    /** The patch for one query, asked another: what it was not made for, with and without known answers. */
    @Test
    void aTokenExactPatchIsJudgedByOthers() throws IOException {
        Path context = file("judged.txt", "0 5 2 9 2");
        Cli.Result known = compile(
                recall,
                context,
                "judged",
                "--judge",
                file("judge.txt", "0 -> 5\n2 -> 9").toString());
        assertEquals(0, known.code(), known.err());
        assertTrue(known.out().startsWith("token-exact patch"), known.out());
        JsonNode report = report("judged");
        double with = loss(report, "held out", "with the context");
        double patched = loss(report, "held out", "with the patch");
        double neither = loss(report, "held out", "with neither");
        assertEquals(
                (neither - patched) / (neither - with), report.get("recovered").asDouble(), 1e-9);
        assertEquals(1, report.get("quality").get(0).get("count").asInt(), "the fitted query does not judge");
        Cli.Result unknown = compile(
                recall, context, "guessed", "--judge", file("ask.txt", "0\n1").toString());
        assertEquals(0, unknown.code(), unknown.err());
        double least = loss(report("guessed"), "held out", "with the context");
        assertTrue(least < loss(report("guessed"), "held out", "with the patch"), unknown.out());
    }

    /** Two of four experts; all that is changed are matrices, so there is an adapter. */
    @Test
    void expertsAreCompiled() throws IOException {
        DecoderConfig gpt2 = DecoderConfig.gpt2(11, 6, 2, 1, 16);
        Path model = fresh(gpt2.with(gpt2.block().withExperts(4, 2)));
        Path context = file("experts.txt", "0 5 2 9 2");
        Cli.Result result = compile(model, context, "experts");
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("h.1.mlp.gate.weight"), result.out());
        assertEquals(FILES, names(directory.resolve("experts")));
        assertEquals(0, apply(model, "experts", "experts-merged.safetensors").code());
        assertEquals(
                0,
                apply(model, "experts", "experts-adapted.safetensors", "--adapter")
                        .code());
    }

    /** A gain is changed, which is a vector: the patch is whole, and there is no adapter. */
    @Test
    void gemmaIsCompiledWithoutAnAdapter() throws IOException {
        DecoderConfig gpt2 = DecoderConfig.gpt2(11, 6, 2, 1, 16);
        Path model = fresh(gpt2.with(gpt2.block().withPostNorms()));
        Path context = file("gemma.txt", "0 5 2 9 2");
        Cli.Result result = compile(model, context, "gemma");
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("there is no LoRA adapter"), result.out());
        assertEquals(Set.of("patch.safetensors", "compile.json"), names(directory.resolve("gemma")));
        assertTrue(report("gemma").get("error").asDouble() <= 1e-4, result.out());
        Cli.Result applied = apply(model, "gemma", "gemma-merged.safetensors");
        assertEquals(0, applied.code(), applied.err());
        assertOneLine(
                3,
                apply(model, "gemma", "gemma-adapted.safetensors", "--adapter"),
                "h.0.post_feedforward_layernorm.weight");
        Path queries = file("gemma-queries.txt", "0\n1\n2\n3\n4\n5\n6\n7\n");
        Cli.Result many =
                compile(model, file("gemma-context.txt", "0 5 2 9"), "many-gemma", "--calibration", queries.toString());
        assertEquals(0, many.code(), many.err());
        JsonNode report = report("many-gemma");
        assertTrue(loss(report, "fitted", "with the patch") < loss(report, "fitted", "with neither"), many.out());
        assertEquals(0, apply(model, "many-gemma", "many-gemma.safetensors").code());
    }

    @Test
    void doublePrecisionHasItsOwnBound() throws IOException {
        Path context = file("double.txt", "0 5 2 9 2");
        assertEquals(0, compile(recall, context, "f64", "--precision", "f64").code());
        assertTrue(report("f64").get("error").asDouble() <= 1e-12);
        assertEquals(0, apply(recall, "f64", "f64.safetensors").code());
        assertEquals(Precision.F64, DecoderFile.precision(directory.resolve("f64.safetensors")));
    }

    @Test
    void whatCannotBeIsSaidBeforeAnythingIsWritten() throws IOException {
        Path good = file("good.txt", "0 5 2 9 2");
        Files.writeString(Files.createDirectories(directory.resolve("taken")).resolve("thesis.txt"), "mine");
        assertOneLine(2, compile(recall, good, "taken"), "taken", "thesis.txt");
        assertOneLine(2, compile(recall, good, "good.txt"), "good.txt", "is a file");
        assertOneLine(2, compile(recall, good, "no", "--rank", "0"), "--rank 0", "1 to 16");
        assertOneLine(2, compile(recall, good, "no", "--rank", "17"), "--rank 17", "1 to 16");
        assertOneLine(2, compile(recall, good, "no", "--holdout", "1"), "--holdout 1.0");
        assertOneLine(2, compile(recall, good, "no", "--precision", "f16"), "f16", "f32");
        assertOneLine(2, run("compile", "--model", "m"), "--context");
        assertOneLine(2, run("compile", "--model", "m", "--context", "c", "--out", ""), "--out is empty");
        assertOneLine(3, compile(directory.resolve("none"), good, "no"), "none", "no such file");
        assertOneLine(3, compile(good, good, "no"), "good.txt", "rule S");
        assertOneLine(3, compile(recall, directory.resolve("none.txt"), "no"), "none.txt", "no such file");
        assertOneLine(3, compile(recall, file("bad.txt", "0 5\n2 x"), "no"), "bad.txt, line 2", "'x'", "0 to 10");
        assertOneLine(3, compile(linear, good, "no"), "good.txt, line 1", "'y'");
        Path noConfig = directory.resolve("old.safetensors");
        SafeTensors.write(noConfig, Map.of("step", "1"), Map.of());
        assertOneLine(3, compile(noConfig, good, "no"), "old.safetensors", "decoder.input", "train");
        assertOneLine(3, compile(noConfig, good, "no"), "rank1.generation", "rank1.layers");
        DecoderConfig gemma = DecoderConfig.gpt2(11, 6, 1, 1, 16);
        assertOneLine(
                2,
                compile(fresh(gemma.with(gemma.block().withPostNorms())), good, "no", "--rank", "1"),
                "--rank 1",
                "gain of a norm");
        assertOneLine(
                2, compile(recall, good, "no", "--judge", good.toString(), "--holdout", "0.5"), "--holdout", "--judge");
        assertOneLine(
                3, compile(recall, good, "no", "--judge", file("own.txt", "2").toString()), "own.txt", "fitted");
        assertFalse(Files.exists(directory.resolve("no")));
        assertTrue(names(directory).stream().noneMatch(name -> name.endsWith(".tmp")), "nothing half written");
    }

    @Test
    void whatCannotBeApplied() throws IOException {
        assertEquals(0, compile(recall, file("p.txt", "0 5 2 9 2"), "p").code());
        assertOneLine(3, apply(linear, "p", "x.safetensors"), "another model", Sha256.of(recall), Sha256.of(linear));
        assertOneLine(3, apply(recall, "missing", "x.safetensors"), "patch.safetensors", "no such file");
        assertOneLine(2, apply(recall, "p", "p.txt"), "p.txt", "is there");
        Path wrong = directory.resolve("wrong");
        Files.createDirectories(wrong);
        for (String name : FILES) {
            Files.copy(directory.resolve("p").resolve(name), wrong.resolve(name));
        }
        Path config = wrong.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"lora_alpha\" : 1", "\"lora_alpha\" : 2"));
        assertOneLine(1, apply(recall, "wrong", "x.safetensors", "--adapter"), "differ", "not kept");
        assertFalse(Files.exists(directory.resolve("x.safetensors")));
        try (SafeTensors patch = SafeTensors.open(directory.resolve("p/patch.safetensors"))) {
            Map<String, Tensor<float[]>> changes = new LinkedHashMap<>();
            for (String name : patch.names()) {
                if (!name.startsWith("check.")) {
                    changes.put(name, patch.load(name, Precision.F32));
                }
            }
            SafeTensors.write(wrong.resolve("patch.safetensors"), patch.metadata(), changes);
            assertOneLine(3, apply(recall, "wrong", "x.safetensors"), "patch.safetensors", "no queries");
            for (String name : List.of("check.1.queries", "check.1.patched")) {
                Map<String, Tensor<?>> tensors = new LinkedHashMap<>(changes);
                tensors.put("check.1.queries", patch.load("check.1.queries", Precision.F64));
                tensors.put("check.1.patched", patch.load("check.1.patched", Precision.F64));
                int[] shape = tensors.get(name).shape().clone();
                shape[shape.length - 1] = 77;
                tensors.put(name, Tensor.zeros(Precision.F64, shape));
                SafeTensors.write(wrong.resolve("patch.safetensors"), patch.metadata(), tensors);
                assertOneLine(3, apply(recall, "wrong", "x.safetensors"), "patch.safetensors", "77 numbers");
            }
        }
        assertFalse(Files.exists(directory.resolve("x.safetensors")));
        Files.copy(recall, wrong.resolve("patch.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        assertOneLine(3, apply(recall, "wrong", "x.safetensors"), "patch.safetensors", "format");
    }
}

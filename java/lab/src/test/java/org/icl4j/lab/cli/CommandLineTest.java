package org.icl4j.lab.cli;

import static org.icl4j.lab.cli.Cli.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Estimate;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Experiments;
import org.icl4j.lab.experiment.Run;
import org.icl4j.lab.experiment.RunFailedException;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.lab.rank1.Rank1Experiment;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams and exit codes. */
class CommandLineTest {
    @TempDir
    private Path directory;

    /** An experiment that measures its setting, or fails in the way that the setting says. */
    private record Coin(String name, List<Precision<?>> tossedIn) implements Experiment {

        @Override
        public String summary() {
            return "comes up as it is told";
        }

        @Override
        public Map<Scale, String> durations() {
            Map<Scale, String> durations = new EnumMap<>(Scale.class);
            for (Scale scale : Scale.values()) {
                durations.put(scale, "0 s");
            }
            return durations;
        }

        @Override
        public List<Setting> settings() {
            return List.of(
                    Setting.real("value", 0, -10, 10, "what is measured"),
                    Setting.text("trouble", "none", "how it fails"));
        }

        @Override
        public List<Claim> claims(Scale scale, Precision<?> precision) {
            String id = name + ".heads." + precision;
            return tossedIn.contains(precision)
                    ? List.of(new Claim(id, "heads", "common sense", Claim.Relation.AT_MOST, 1))
                    : List.of();
        }

        @Override
        public <A> void run(Run<A> run) throws IOException {
            double value = run.settings().real("value");
            switch (run.settings().text("trouble")) {
                case "bug" -> throw new IllegalStateException("a mistake in the program");
                case "diverged" -> throw new RunFailedException("the loss is NaN at step 3");
                case "memory" -> throw new OutOfMemoryError("Java heap space");
                case "stack" -> throw new StackOverflowError();
                case "library" -> throw new NoClassDefFoundError("org/Missing");
                case "path" -> Path.of("a\0b");
                case "disk" -> throw new FileSystemException("/x", null, "No space left on device");
                case "denied" -> throw new AccessDeniedException("/x");
                case "missing" -> throw new NoSuchFileException("/x");
                case "file" -> throw new FileAlreadyExistsException("/x");
                case "straddle" -> run.conclude("heads", new Estimate(1, 0.5, 1.5));
                default -> run.conclude("heads", Estimate.exact(value));
            }
            run.measure("coin", 0, "value", value);
        }
    }

    private static final Coin BOTH = new Coin("coin", List.of(Precision.F32, Precision.F64));
    private static final Experiments COIN = new Experiments(List.of(BOTH));
    private static final Experiments COINS = new Experiments(List.of(BOTH, new Coin("penny", List.of(Precision.F32))));
    private static final Experiments REAL = new Experiments(List.of(new Rank1Experiment()));

    private Cli.Result run(String... args) {
        return Cli.inProcess(COIN, args);
    }

    private String out(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void verdictsAreExitCodes() {
        assertEquals(
                0, run("run", "coin", "--out", out("pass"), "--set", "value=1").code());
        assertEquals(
                1, run("run", "coin", "--out", out("fail"), "--set", "value=2").code());
        Cli.Result straddle = run("run", "coin", "--out", out("straddle"), "--set", "trouble=straddle");
        assertEquals(0, straddle.code());
        assertTrue(straddle.out().contains("INCONCLUSIVE"), straddle.out());
    }

    @Test
    void runPrintsClaimsAndTheReport() {
        Cli.Result result = run("run", "coin", "--out", out("a"), "--set", "value=-0.5");
        assertTrue(
                result.out()
                        .matches("(?s)VERDICT +CLAIM +MEASURED +THRESHOLD +SOURCE\n"
                                + "PASS +coin\\.heads\\.f32 +-0\\.500 +<= 1 +common sense\n"
                                + ".*"),
                result.out());
        assertTrue(result.out().contains("report: " + directory.resolve("a").resolve("report.html")));
        assertEquals("", result.err());
    }

    @Test
    void misuse() {
        assertOneLine(2, run(), "command is missing", "--help");
        assertOneLine(2, run("dance"), "dance");
        assertOneLine(2, run("run"), "EXPERIMENT");
        assertOneLine(2, run("run", "coin", "--fast"), "--fast");
        assertOneLine(2, run("run", "dice"), "no experiment 'dice'", "[coin]");
        assertOneLine(2, run("list", "dice"), "no experiment 'dice'");
        assertOneLine(2, run("run", "coin", "--set", "value"), "KEY=VALUE");
        assertOneLine(2, run("run", "coin", "--set", "=1"), "KEY=VALUE");
        assertOneLine(2, run("run", "coin", "--set", "worth=1"), "'worth'", "[value, trouble]");
        assertOneLine(2, run("run", "coin", "--set", "value=11"), "value=11", "-10.0 to 10.0");
        assertOneLine(2, run("run", "coin", "--set", "value=x"), "value=x");
        assertOneLine(2, run("run", "coin", "--seed", "many"), "many");
        assertOneLine(2, run("run", "coin", "--scale", "huge"), "huge", "quick");
        assertOneLine(2, run("run", "coin", "--precision", "f16"), "f16", "f32");
        assertOneLine(2, run("run", "coin", "--threads", "0"), "0", "1");
        assertOneLine(2, run("run", "coin", "--threads", "-3"), "-3");
        assertOneLine(2, run("run", "coin", "--threads", "99999"), "99999");
        assertOneLine(2, run("run", "coin", "--provider", "gpu"), "gpu", "[vector, openblas, scalar]");
        assertOneLine(2, run("run", "coin", "--resume"), "--out");
        assertOneLine(2, run("run", "coin", "--out", ""), "--out is empty");
        assertOneLine(2, run("reproduce", "--out", ""), "--out is empty");
        assertOneLine(2, run("run", "coin", "--out", "a\0b"), "--out");
        assertOneLine(2, run("run", "coin", "--config", "a\0b"), "--config");
        assertOneLine(2, run("run", "coin", "--set", "value=1", "--set", "value=2"), "value", "twice", "1", "2");
        assertOneLine(2, run("reproduce", "coin.tails.*"), "coin.tails.*", "icl4j list");
    }

    @Test
    void troubleInARun() {
        assertOneLine(1, run("run", "coin", "--out", out("d"), "--set", "trouble=diverged"), "NaN at step 3");
        assertOneLine(4, run("run", "coin", "--out", out("e"), "--set", "trouble=disk"), "/x", "No space left");
        Map.of("denied", "permission denied", "missing", "no such file", "file", "is there already")
                .forEach((trouble, said) -> assertOneLine(
                        4, run("run", "coin", "--out", out("n"), "--set", "trouble=" + trouble), "/x: ", said));
        assertOneLine(
                4, run("run", "coin", "--out", out("m"), "--set", "trouble=memory"), "memory", "ICL4J_JAVA_OPTS=-Xmx");
        for (String error : new String[] {"stack", "library"}) {
            assertOneLine(70, run("run", "coin", "--out", out(error), "--set", "trouble=" + error), "internal error");
            Cli.Result debug = run("--debug", "run", "coin", "--out", out(error), "--set", "trouble=" + error);
            assertTrue(debug.err().contains("at org.icl4j"), debug.err());
        }
        assertOneLine(2, run("run", "coin", "--out", out("p"), "--set", "trouble=path"), "not a path");
        assertOneLine(70, run("run", "coin", "--out", out("f"), "--set", "trouble=bug"), "internal error", "--debug");
        Cli.Result debug = run("--debug", "run", "coin", "--out", out("g"), "--set", "trouble=bug");
        assertTrue(debug.err().contains("at org.icl4j"), debug.err());
        assertOneLine(
                4,
                run("run", "coin", "--provider", "vector", "--precision", "f64", "--out", out("h")),
                "vector",
                "f64");
        assertFalse(Files.exists(directory.resolve("d")), "a run that wrote nothing leaves no directory");
    }

    @Test
    void configFile() throws IOException {
        Path config = Files.writeString(directory.resolve("c.json"), "{\"value\": 0.25}");
        Cli.Result result = run("run", "coin", "--config", config.toString(), "--out", out("a"));
        assertTrue(result.out().contains("0.250"), result.out());
        Cli.Result overridden =
                run("run", "coin", "--config", config.toString(), "--set", "value=0.75", "--out", out("b"));
        assertTrue(overridden.out().contains("0.750"), overridden.out());
        assertOneLine(3, run("run", "coin", "--config", out("none.json")), "no such file");
        assertOneLine(3, run("run", "coin", "--config", directory.toString()), "not a regular file");
        for (String bad : new String[] {
            "", "{", "[1]", "{\"value\": 1}x", "{\"value\": 1, \"value\": 2}", "{\"value\": [1]}", "{\"value\": null}"
        }) {
            Files.writeString(config, bad);
            assertOneLine(3, run("run", "coin", "--config", config.toString(), "--out", out("z")), "c.json");
        }
    }

    @Test
    void runDirectories() throws IOException {
        assertEquals(0, run("run", "coin", "--out", out("a")).code());
        assertOneLine(2, run("run", "coin", "--out", out("a")), "complete run");
        Files.createDirectories(directory.resolve("b"));
        assertEquals(0, run("run", "coin", "--out", out("b")).code(), "an empty directory is as good as none");
        Files.createDirectories(directory.resolve("c"));
        Files.writeString(directory.resolve("c/thesis.txt"), "mine");
        assertOneLine(2, run("run", "coin", "--out", out("c")), "thesis.txt");
        Files.createDirectories(directory.resolve("d/checkpoints"));
        assertOneLine(2, run("run", "coin", "--out", out("d")), "--resume");
        assertEquals(0, run("run", "coin", "--out", out("d"), "--resume").code());
        Files.writeString(directory.resolve("file"), "");
        assertOneLine(4, run("run", "coin", "--out", out("file/below")), "file");
        assertOneLine(2, run("run", "coin", "--out", out("file")), "is a file");
        assertOneLine(2, run("run", "coin", "--out", out("file"), "--resume"), "is a file");
    }

    @Test
    void listShowsEverything() {
        Cli.Result list = Cli.inProcess(REAL, "list");
        assertEquals(0, list.code());
        for (Precision<?> precision : List.of(Precision.F32, Precision.F64)) {
            for (Claim claim : new Rank1Experiment().claims(Scale.STANDARD, precision)) {
                assertTrue(list.out().contains(claim.id() + " "), claim.id());
            }
        }
        Cli.Result one = Cli.inProcess(REAL, "list", "rank1");
        for (Setting setting : new Rank1Experiment().settings()) {
            assertTrue(one.out().contains("\n" + setting.name() + " "), setting.name());
        }
    }

    @Test
    void reproduceRunsWhatTheClaimsNeed() throws IOException {
        Cli.Result both = run("reproduce", "--out", out("kept"));
        assertEquals(0, both.code(), both.err());
        assertTrue(both.out().contains("coin.heads.f32") && both.out().contains("coin.heads.f64"), both.out());
        try (var runs = Files.list(directory.resolve("kept"))) {
            assertEquals(2, runs.count());
        }
        Cli.Result one = run("reproduce", "*.f64");
        assertFalse(one.out().contains("coin.heads.f32"), one.out());
        assertTrue(one.out().contains("coin.heads.f64"), one.out());
    }

    @Test
    void precisionWithoutClaimsIsRefused() {
        Cli.Result refused =
                Cli.inProcess(COINS, "run", "penny", "--precision", "f64", "--set", "trouble=bug", "--out", out("a"));
        assertOneLine(2, refused, "--precision f64", "penny", "[f32]");
        assertFalse(Files.exists(directory.resolve("a")));
    }

    @Test
    void reproduceInOnePrecisionLeavesOutWhatHasNoClaimsInIt() {
        Cli.Result some = Cli.inProcess(COINS, "reproduce", "*", "--precision", "f64");
        assertEquals(0, some.code());
        assertTrue(some.out().contains("coin.heads.f64"), some.out());
        assertFalse(some.out().contains("f32"), some.out());
        assertEquals(List.of("left out, with no such claim in f64: penny"), some.errLines());
        Cli.Result all = Cli.inProcess(COINS, "reproduce", "*", "--precision", "f32");
        assertTrue(all.out().contains("penny.heads.f32") && !all.out().contains("f64"), all.out());
        assertEquals("", all.err());
        assertOneLine(2, Cli.inProcess(COINS, "reproduce", "penny*", "--precision", "f64"), "nothing to run", "penny");
        assertOneLine(2, Cli.inProcess(COINS, "reproduce", "--precision", "f16"), "f16", "f32 and f64");
    }

    @Test
    void helpAndVersion() {
        for (String command : new String[] {"list", "run", "reproduce", "compile", "apply", "doctor"}) {
            Cli.Result help = run(command, "--help");
            assertEquals(0, help.code());
            assertTrue(help.out().startsWith("Usage: icl4j " + command), help.out());
            assertTrue(run(command, "--version").out().startsWith("icl4j "), command);
        }
        String help = run("--help").out();
        for (int code : new int[] {
            ExitCode.OK,
            ExitCode.FAILED,
            ExitCode.USAGE,
            ExitCode.BAD_INPUT,
            ExitCode.ENVIRONMENT,
            ExitCode.INTERNAL,
            130
        }) {
            assertTrue(help.matches("(?s).*Exit codes:.*\\b" + code + " .*"), help);
        }
        String commands = help.substring(help.indexOf("Commands:"), help.indexOf("Exit codes:"));
        assertEquals(7, commands.split("\\.\n", -1).length - 1, "every command's line is a sentence: " + commands);
        assertTrue(run("--version").out().startsWith("icl4j "));
    }

    /** OpenBLAS's number of threads is that of the process: a second number would be refused. */
    @Test
    void decodersTrainOnOpenBlas() {
        KernelOptions options = KernelOptions.defaults().provider("openblas").threads(2);
        try {
            Kernels.open(Precision.F32, options).close();
        } catch (KernelUnavailableException e) {
            Assumptions.abort(e.getMessage());
        }
        SmallRun.RECALL.complete(directory.resolve("recall"), 2, "--provider", "openblas", "--threads", "2");
    }
}

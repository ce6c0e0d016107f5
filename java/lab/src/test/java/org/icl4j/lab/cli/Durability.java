package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.icl4j.kernels.Precision;
import org.icl4j.transformer.files.SafeTensors;
import org.icl4j.transformer.tensor.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What can befall a run that trains: whatever it is, it is said in one line, the last checkpoint stays as it was, and the run goes on
 * from it to the bytes of an undisturbed one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Durability {
    private static final int STEPS = 12;

    /** The child's shell: files of at most 16 KiB, less than a checkpoint has. */
    private static final List<String> SMALL_FILES = List.of("sh", "-c", "ulimit -f 32 && exec \"$@\"", "sh");

    /** An undisturbed run, and one that was killed in training. */
    private record Prepared(Path undisturbed, Path unfinished) {}

    private Path shared;

    @TempDir
    private Path directory;

    private final SmallRun run;
    private Prepared prepared;

    Durability(SmallRun run) {
        this.run = run;
    }

    @BeforeAll
    void prepare(@TempDir Path all) throws IOException, InterruptedException {
        shared = all;
        Path undisturbed = run.complete(shared.resolve("undisturbed"), STEPS);
        prepared = new Prepared(undisturbed, killedInTraining(shared.resolve("unfinished")));
    }

    /** Now and then a run is over before it is seen to have begun, and so another one is killed. */
    private Path killedInTraining(Path out) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < 5; attempt++) {
            Path to = out.resolveSibling(out.getFileName() + "-" + attempt);
            Process process = Cli.start(shared, Cli.SOON, run.args(to, STEPS));
            while (process.isAlive() && run.checkpoints(to).isEmpty()) {
                Thread.sleep(1);
            }
            process.destroyForcibly().waitFor();
            if (run.checkpoints(to).size() == 1 && run.steps(to) < STEPS) {
                return to;
            }
        }
        throw new IllegalStateException(
                "no run was killed in training: " + Files.readString(shared.resolve("stderr.txt")));
    }

    private Path undisturbed() {
        return prepared.undisturbed();
    }

    /** A copy of the run that was killed, so that every test may go on with it. */
    private Path unfinished() throws IOException {
        Path to = directory.resolve("run");
        copy(prepared.unfinished(), to);
        return to;
    }

    /** The one checkpoint of an unfinished run. */
    private Path checkpoint(Path out) {
        return run.checkpoints(out).getFirst();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    /** The trouble is said, the checkpoint is what it was before, and the run goes on from it to the same bytes. */
    private void assertHarmless(Path out, Cli.Result result, int code, String... parts) throws IOException {
        assertSaid(result, code, parts);
        byte[] before = Files.readAllBytes(checkpoint(prepared.unfinished()));
        assertArrayEquals(before, Files.readAllBytes(checkpoint(out)), "the checkpoint is kept");
        run.assertSameBytes(undisturbed(), run.complete(out, STEPS, "--resume"));
    }

    private static void assertSaid(Cli.Result result, int code, String... parts) {
        assertEquals(code, result.code(), result.err());
        assertEquals("", result.out());
        String said = result.errLines().getLast();
        assertTrue(said.startsWith("icl4j: "), result.err());
        for (String part : parts) {
            assertTrue(said.contains(part), "'" + said + "' lacks '" + part + "'");
        }
    }

    @Test
    void resumeRefusesOtherSettings() throws IOException {
        Path out = unfinished();
        Cli.Result result = run.inProcess(out, STEPS, "--resume", "--seed", "8", "--set", "lr=0.002");
        assertHarmless(out, result, 2, "seed=1, lr=0.001", "seed=8, lr=0.002", "give another --out");
    }

    /** The first one is held up in the meantime, and then comes to its end as if there had been no other. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void secondProcessIsRefused() throws IOException, InterruptedException {
        Path out = directory.resolve("run");
        Process first = Cli.start(directory, Cli.SOON, run.args(out, STEPS));
        try {
            while (first.isAlive() && !Files.exists(out.resolve("checkpoints"))) {
                Thread.sleep(1);
            }
            signal(first, "-STOP");
            for (String[] more : new String[][] {{}, {"--resume"}}) {
                Cli.assertOneLine(2, run.inProcess(out, STEPS, more), "in use by another run", "give another --out");
            }
            signal(first, "-CONT");
            Cli.Result result = Cli.result(directory, first);
            assertTrue(SmallRun.isComplete(out), result.err());
        } finally {
            first.destroyForcibly().waitFor();
        }
        run.assertSameBytes(undisturbed(), out);
    }

    private static void signal(Process process, String signal) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    /** A write that fails half-way: the limit on a file's size is to it what the end of a disk is. */
    @Test
    @Tag("extended")
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void fileThatCannotGrow() throws IOException, InterruptedException {
        Path out = unfinished();
        Cli.Result result = inShell(out, SMALL_FILES);
        assertHarmless(out, result, 4, "cannot write or read " + checkpoint(out), "File too large");
    }

    /** On a disk of its own, with room for one checkpoint and a part of another. */
    @Test
    void fullDisk() throws IOException, InterruptedException {
        Path out = unfinished();
        long kilobytes = Files.size(checkpoint(out)) * 3 / 2 / 1024;
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Path full = disk.resolve("run");
        Cli.Result result = inMounts(
                full,
                "mount -t tmpfs -o size=" + kilobytes + "k tmpfs " + disk + " && cp -r " + out + " " + disk,
                "rm -r " + out + " && cp -r " + full + " " + out);
        Path named = full.resolve(out.relativize(checkpoint(out)));
        assertHarmless(out, result, 4, "cannot write or read " + named, "No space left on device");
    }

    @Test
    void readOnlyDirectory() throws IOException, InterruptedException {
        Path out = unfinished();
        Cli.Result result =
                inMounts(out, "mount --bind " + out + " " + out + " && mount -o remount,ro,bind " + out, "true");
        assertHarmless(out, result, 4, "cannot write or read " + out, "Read-only file system");
    }

    /** Resumes the run where mounts are nobody else's; permissions alone would not stop root, as whom tests may run. */
    private Cli.Result inMounts(Path out, String before, String after) throws IOException, InterruptedException {
        boolean mounts = Files.isExecutable(Path.of("/usr/bin/unshare"))
                && new ProcessBuilder("/usr/bin/unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", directory.toString())
                                .start()
                                .waitFor()
                        == 0;
        assumeTrue(mounts, "no mounts of one's own here");
        String script = before + " || exit 99; \"$@\"; code=$?; " + after + " || exit 98; exit $code";
        return inShell(out, List.of("/usr/bin/unshare", "-rm", "sh", "-c", script, "sh"));
    }

    private Cli.Result inShell(Path out, List<String> shell) throws IOException, InterruptedException {
        return Cli.result(directory, Cli.startFrom(shell, directory, Cli.SOON, run.args(out, STEPS, "--resume")));
    }

    @Test
    @Tag("extended")
    void threadsChangeNoByte() throws IOException {
        for (String threads : List.of("2", "4")) {
            run.assertSameBytes(undisturbed(), run.complete(directory.resolve(threads), STEPS, "--threads", threads));
        }
    }

    @Test
    void numberThatIsNoneStopsTheRun() throws IOException {
        Path out = unfinished();
        Path checkpoint = checkpoint(out);
        replaceWeights(checkpoint, run.lastWeight(), 3e37);
        byte[] before = Files.readAllBytes(checkpoint);
        assertSaid(
                run.inProcess(out, STEPS, "--resume"),
                1,
                "at step " + (run.steps(out) + 1),
                run.traced(),
                "learning rate");
        assertArrayEquals(before, Files.readAllBytes(checkpoint), "the checkpoint is kept");
    }

    /** Leaves weights that are finite, but not what they are multiplied by. */
    private static void replaceWeights(Path checkpoint, String name, double value) throws IOException {
        Map<String, Tensor<?>> tensors = new LinkedHashMap<>();
        Map<String, String> metadata;
        try (SafeTensors saved = SafeTensors.open(checkpoint)) {
            metadata = saved.metadata();
            for (String tensor : saved.names()) {
                Precision<?> precision = tensor.equals("history") ? Precision.F64 : Precision.F32;
                tensors.put(tensor, saved.load(tensor, precision));
            }
        }
        tensors.get(name).fill(value);
        SafeTensors.write(checkpoint, metadata, tensors);
    }
}

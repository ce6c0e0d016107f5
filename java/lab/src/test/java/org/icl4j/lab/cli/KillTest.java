package org.icl4j.lab.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.icl4j.transformer.files.AtomicFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Killed at random moments and resumed, now and then in another locale and in the end on other threads, a run ends in the bytes of
 * an undisturbed one.
 */
class KillTest {
    private final long seed = Long.getLong("tests.seed", System.nanoTime());
    private final RandomGenerator random = new SplittableRandom(seed);

    @TempDir
    private Path directory;

    /** When a process is killed. */
    private enum Moment {
        /** Any time from its start on. */
        ANY,
        /** When it has saved a few times. */
        TRAINING,
        /** While it saves. */
        SAVING
    }

    @Test
    void aFewKills() throws Exception {
        killAndResume(SmallRun.RECALL, 60, 3);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("extended")
    void manyKills(SmallRun run) throws Exception {
        killAndResume(run, 400, 24);
    }

    /** What the compiler has not got to yet has the same bits. */
    @Test
    @Tag("extended")
    void manyKillsOfVectorKernels() throws Exception {
        killAndResume(SmallRun.RECALL, 1000, 24, "--provider", "vector");
    }

    private void killAndResume(SmallRun run, int steps, int kills, String... more) throws Exception {
        List<String> soon = more.length == 0 ? Cli.SOON : List.of();
        List<String> abroad = Stream.concat(soon.stream(), Cli.ABROAD.stream()).toList();
        String[] resumed = Stream.concat(Stream.of(more), Stream.of("--resume")).toArray(String[]::new);
        Path out = directory.resolve("killed");
        int torn = 0;
        long taken = 0;
        for (int kill = 0; kill < kills; kill++) {
            Moment moment = Moment.values()[kill % Moment.values().length];
            Process process = Cli.start(directory, kill % 2 == 0 ? soon : abroad, run.args(out, steps, resumed));
            try {
                await(moment, run, out, process);
                assertTrue(
                        process.isAlive(),
                        "ended by itself before kill " + kill + ", -Dtests.seed=" + seed + ": "
                                + Files.readString(directory.resolve("stderr.txt")));
            } finally {
                process.destroyForcibly().waitFor();
            }
            torn += halfWritten(out).isEmpty() ? 0 : 1;
            long before = taken;
            taken = run.steps(out);
            assertTrue(taken >= before, "step " + before + " was saved, then " + taken + ", -Dtests.seed=" + seed);
        }
        assertTrue(taken > 0, "nothing was ever saved, -Dtests.seed=" + seed);
        System.out.printf(
                "%s: %d kills, %d of them while saving, the last after %d steps, -Dtests.seed=%d%n",
                run, kills, torn, taken, seed);
        run.complete(
                out,
                steps,
                Stream.concat(Stream.of(resumed), Stream.of("--threads", "2")).toArray(String[]::new));
        run.assertSameBytes(run.complete(directory.resolve("undisturbed"), steps, more), out);
    }

    private void await(Moment moment, SmallRun run, Path out, Process process)
            throws IOException, InterruptedException {
        switch (moment) {
            case ANY -> process.waitFor(random.nextLong(1000), TimeUnit.MILLISECONDS);
            case TRAINING -> {
                for (int saves = random.nextInt(1, 5); saves > 0; saves--) {
                    List<Object> before = versions(run, out);
                    while (process.isAlive() && versions(run, out).equals(before)) {
                        Thread.sleep(1);
                    }
                }
                process.waitFor(random.nextLong(20), TimeUnit.MILLISECONDS);
            }
            case SAVING -> {
                Set<String> before = halfWritten(out);
                while (process.isAlive() && before.containsAll(halfWritten(out))) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private static Set<String> halfWritten(Path out) throws IOException {
        Path checkpoints = out.resolve("checkpoints");
        if (!Files.exists(checkpoints)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(AtomicFile::isHalfWritten)
                    .collect(Collectors.toSet());
        }
    }

    /** What changes when a checkpoint is replaced. */
    private static List<Object> versions(SmallRun run, Path out) throws IOException {
        List<Object> versions = new ArrayList<>();
        for (Path checkpoint : run.checkpoints(out)) {
            versions.add(Files.getAttribute(checkpoint, "lastModifiedTime"));
        }
        return versions;
    }
}

package org.icl4j.bench.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.icl4j.bench.BenchException;
import org.icl4j.bench.guard.Comparison.Samples;
import org.icl4j.bench.guard.Comparison.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The guard on fork means that were measured, drawn again and again. */
class GuardTest {
    private static final long SEED = Long.getLong("tests.seed", new SecureRandom().nextLong() >>> 16);

    static {
        System.out.println("guard tests: -Dtests.seed=" + SEED);
    }

    private static final double TOLERANCE = 0.05;
    private static final int ROUNDS = 8;
    private static final int RUNS = 200;
    private static final String PLANTED = "layerNorm 2624x256";

    private final SplittableRandom random = new SplittableRandom(SEED);

    /** Rounds of a tree against itself, as they were measured on a machine with other guests. */
    private static Map<String, Samples> measured() {
        try (InputStream in = GuardTest.class.getResourceAsStream("samples.json")) {
            Map<String, Samples> measured = new LinkedHashMap<>();
            for (Samples samples : JsonMapper.shared().readValue(in.readAllBytes(), Samples[].class)) {
                measured.put(samples.benchmark(), samples);
            }
            return measured;
        } catch (IOException e) {
            throw new IllegalStateException("samples.json is part of the test", e);
        }
    }

    /** New rounds, drawn with replacement; either tree may stand for the base. */
    private Guard.Sampler sampler(double slowdown) {
        Map<String, Samples> measured = measured();
        return names -> {
            List<Samples> drawn = new ArrayList<>();
            for (String name : names) {
                double[] base = new double[ROUNDS];
                double[] work = new double[ROUNDS];
                Samples from = measured.get(name);
                for (int round = 0; round < ROUNDS; round++) {
                    int at = random.nextInt(from.base().length);
                    boolean swap = random.nextBoolean();
                    base[round] = (swap ? from.work() : from.base())[at];
                    work[round] = (swap ? from.base() : from.work())[at] * (name.equals(PLANTED) ? slowdown : 1);
                }
                drawn.add(new Samples(name, base, work));
            }
            return drawn;
        };
    }

    /** 15 % in one kernel is caught in 19 of 20 runs or more, and nothing else is. */
    @Test
    void plantedSlowdownIsCaught() throws IOException {
        List<String> names = List.copyOf(measured().keySet());
        int caught = 0;
        int others = 0;
        for (int run = 0; run < RUNS; run++) {
            List<String> alarms = Guard.watch(sampler(1.15), names, TOLERANCE).alarms();
            caught += alarms.contains(PLANTED) ? 1 : 0;
            others += alarms.size() > (alarms.contains(PLANTED) ? 1 : 0) ? 1 : 0;
        }
        System.out.println("guard: 15 % caught in " + caught + " of " + RUNS + " runs, others blamed in " + others);
        assertTrue(caught >= RUNS * 19 / 20, "caught " + caught + " of " + RUNS + "; -Dtests.seed=" + SEED);
        assertTrue(others <= RUNS / 20, "blamed others in " + others + " of " + RUNS + "; -Dtests.seed=" + SEED);
    }

    /** A tree against itself alarms in 1 of 20 runs or less. */
    @Test
    void sameTreeIsNotBlamed() throws IOException {
        List<String> names = List.copyOf(measured().keySet());
        int alarms = 0;
        for (int run = 0; run < RUNS; run++) {
            alarms += Guard.watch(sampler(1), names, TOLERANCE).alarms().isEmpty() ? 0 : 1;
        }
        System.out.println("guard: alarms of a tree against itself in " + alarms + " of " + RUNS + " runs");
        assertTrue(alarms <= RUNS / 20, alarms + " of " + RUNS + "; -Dtests.seed=" + SEED);
    }

    /** One alarm is a suspicion: it counts when new forks say so again. */
    @Test
    void suspectsAreRepeated() throws IOException {
        double[] base = {1.00, 1.01, 0.99, 1.00};
        double[] slow = {1.20, 1.21, 1.19, 1.20};
        List<List<String>> asked = new ArrayList<>();
        Guard.Sampler once = names -> {
            asked.add(names);
            return names.stream()
                    .map(name -> new Samples(name, base, asked.size() == 1 && name.equals("b") ? slow : base))
                    .toList();
        };
        Guard guard = Guard.watch(once, List.of("a", "b"), TOLERANCE);
        assertEquals(List.of(List.of("a", "b"), List.of("b")), asked);
        assertEquals(Verdict.SLOWER, guard.first().getFirst().verdict());
        assertEquals(List.of(), guard.alarms());
        Guard.Sampler always = names -> List.of(new Samples("b", base, slow));
        assertEquals(List.of("b"), Guard.watch(always, List.of("b"), TOLERANCE).alarms());
    }

    /** Ratio and interval of a case worked out by hand: log-ratios ln 1.1 ± 0.01, two degrees of freedom. */
    @Test
    void intervalIsStudents() {
        double centre = Math.log(1.1);
        double[] work = {Math.exp(centre - 0.01), Math.exp(centre), Math.exp(centre + 0.01)};
        Comparison c = Comparison.of(List.of(new Samples("x", new double[] {1, 1, 1}, work)), TOLERANCE)
                .getFirst();
        double reach = 2.919985580 * 0.01 / Math.sqrt(3); // t(0.95, 2) · standard error
        assertEquals(1.1, c.ratio(), 1e-12);
        assertEquals(Math.exp(centre - reach), c.low(), 1e-6);
        assertEquals(Math.exp(centre + reach), c.high(), 1e-6);
        assertEquals(Verdict.SLOWER, c.verdict());
    }

    @Test
    void fasterIsToldAndNotBlamed() throws IOException {
        double[] base = {1.00, 1.01, 0.99, 1.00};
        double[] fast = {0.70, 0.71, 0.69, 0.70};
        Guard guard = Guard.watch(names -> List.of(new Samples("x", base, fast)), List.of("x"), TOLERANCE);
        assertEquals(Verdict.FASTER, guard.first().getFirst().verdict());
        assertEquals(List.of(), guard.alarms());
        assertThrows(IllegalArgumentException.class, () -> new Samples("x", base, new double[3]));
    }

    @Test
    void baselinesOfOtherMachinesAreRefused(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("baseline.json");
        Baseline here = Baseline.here(Map.of("x", new double[] {1, 2, 3}));
        here.write(file);
        assertEquals(3, Baseline.read(file).samples().get("x").length);
        new Baseline("another CPU", here.jdk(), here.flags(), here.commit(), here.samples()).write(file);
        assertTrue(assertThrows(BenchException.class, () -> Baseline.read(file))
                .getMessage()
                .contains("another CPU"));
        new Baseline(here.cpu(), "24", here.flags(), here.commit(), here.samples()).write(file);
        assertThrows(BenchException.class, () -> Baseline.read(file));
        new Baseline(here.cpu(), here.jdk(), List.of("-Xint"), here.commit(), here.samples()).write(file);
        assertThrows(BenchException.class, () -> Baseline.read(file));
        Files.writeString(file, "{");
        assertThrows(BenchException.class, () -> Baseline.read(file));
        assertThrows(BenchException.class, () -> Baseline.read(directory.resolve("none.json")));
    }
}

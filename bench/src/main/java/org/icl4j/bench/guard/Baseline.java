package org.icl4j.bench.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.bench.BenchException;
import org.icl4j.report.Json;
import org.icl4j.report.Machine;
import org.icl4j.transformer.files.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The median times of forks, kept in a file, with what they were taken on: they mean nothing elsewhere.
 *
 * @param cpu name of the CPU
 * @param jdk version of the JDK
 * @param flags flags of the JVM
 * @param commit the commit that was measured
 * @param samples medians of the forks of each benchmark
 */
record Baseline(String cpu, String jdk, List<String> flags, String commit, Map<String, double[]> samples) {
    /** What this machine would note. */
    static Baseline here(Map<String, double[]> samples) {
        return new Baseline(
                Machine.cpu(), Machine.jdk(), Machine.flags(), Machine.commit(), new LinkedHashMap<>(samples));
    }

    void write(Path file) throws IOException {
        AtomicFile.replace(file, Json.text(this));
    }

    /**
     * Reads a baseline that was taken here.
     *
     * @throws BenchException if there is none, it is damaged, or it was taken with another CPU, JDK or flags
     */
    static Baseline read(Path file) throws IOException {
        Baseline baseline;
        try {
            baseline = JsonMapper.shared().readValue(Files.readAllBytes(file), Baseline.class);
        } catch (NoSuchFileException e) {
            throw BenchException.badInput(file + ": no such file; --save " + file + " makes one");
        } catch (JacksonException e) {
            throw BenchException.badInput(file + " is not a baseline: " + e.getOriginalMessage());
        }
        Baseline here = here(Map.of());
        requireSame(file, "CPU", baseline.cpu, here.cpu);
        requireSame(file, "JDK", baseline.jdk, here.jdk);
        requireSame(file, "flags", String.valueOf(baseline.flags), here.flags.toString());
        return baseline;
    }

    private static void requireSame(Path file, String what, String taken, String here) {
        if (!here.equals(taken)) {
            throw BenchException.badInput(file + " was taken with " + what + " " + taken + ", and this is " + here
                    + ": times of another machine say nothing here; take one with --save");
        }
    }
}

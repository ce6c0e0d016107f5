package org.icl4j.lab.run;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelsInfo;
import org.icl4j.kernels.OpenBlasInfo;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Conclusion;
import org.icl4j.lab.experiment.RunRequest;
import org.icl4j.lab.experiment.Settings;
import org.icl4j.report.Machine;

/**
 * Everything that decides a run's results, and what it ran on; the content of {@code manifest.json}.
 *
 * @param experiment name of the experiment
 * @param scale {@code quick}, {@code standard} or {@code full}
 * @param precision {@code f32} or {@code f64}
 * @param settings every setting, as resolved
 * @param inputs SHA-256 of every file that was read, by its name as it was given
 * @param seeds seeds of weights, data and evaluation
 * @param repeat the command that repeats the run
 * @param version version of icl4j
 * @param commit commit it was built from, with {@code -dirty} if the tree had changes
 * @param provider kernels' provider
 * @param reasons how it was chosen
 * @param speciesBits width of its vectors, 0 if none
 * @param fma whether its products are fused in hardware
 * @param threads threads of one call
 * @param openblas the OpenBLAS in use, or null
 * @param jdk version and vendor of the JDK
 * @param flags flags of the JVM
 * @param cpu name of the CPU
 * @param os operating system
 * @param started when the run began, UTC
 * @param seconds how long each stage took
 * @param verdicts how many claims ended in each verdict
 */
record Manifest(
        String experiment,
        String scale,
        String precision,
        Map<String, String> settings,
        Map<String, String> inputs,
        Map<String, Long> seeds,
        String repeat,
        String version,
        String commit,
        String provider,
        List<String> reasons,
        int speciesBits,
        boolean fma,
        int threads,
        OpenBlasInfo openblas,
        String jdk,
        List<String> flags,
        String cpu,
        String os,
        String started,
        Map<String, Double> seconds,
        Map<String, Long> verdicts) {

    static Manifest of(
            RunRequest request,
            Settings settings,
            Map<String, String> inputs,
            KernelsInfo kernels,
            Instant started,
            Map<String, Double> seconds,
            List<Conclusion> conclusions) {
        Map<String, Long> seeds = new LinkedHashMap<>();
        for (String purpose : List.of("init", "data", "evaluation")) {
            seeds.put(purpose, request.seed());
        }
        Map<String, Long> verdicts = new LinkedHashMap<>();
        for (Claim.Verdict verdict : Claim.Verdict.values()) {
            verdicts.put(
                    verdict.name(),
                    conclusions.stream().filter(c -> c.verdict() == verdict).count());
        }
        return new Manifest(
                request.experiment(),
                request.scale().label(),
                request.precision(),
                settings.asMap(),
                inputs,
                seeds,
                command(request, kernels),
                Machine.version(),
                Machine.commit(),
                kernels.provider(),
                kernels.reasons(),
                kernels.speciesBits(),
                kernels.fma(),
                kernels.threads(),
                kernels.openBlas().orElse(null),
                Machine.jdk(),
                Machine.flags(),
                Machine.cpu(),
                Machine.os(),
                started.toString(),
                seconds,
                verdicts);
    }

    private static String command(RunRequest request, KernelsInfo kernels) {
        StringBuilder command = new StringBuilder("./icl4j run " + request.experiment() + " --scale "
                + request.scale().label() + " --precision " + request.precision() + " --seed " + request.seed()
                + " --provider " + kernels.provider() + " --threads " + kernels.threads());
        request.given().forEach((name, value) -> command.append(" --set ").append(quoted(name + "=" + value)));
        return command.toString();
    }

    private static String quoted(String word) {
        return word.matches("[\\w=.,/+:-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}

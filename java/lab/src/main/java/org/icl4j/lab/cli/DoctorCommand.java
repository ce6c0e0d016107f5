package org.icl4j.lab.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.icl4j.kernels.workload.MachineLimits;
import org.icl4j.lab.doctor.Diagnosis;
import org.icl4j.lab.doctor.KernelCheck;
import org.icl4j.report.Json;
import org.icl4j.report.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code icl4j doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Icl4jCommand.Version.class,
        description = {
            "Shows which kernels run here and why, the error of each and its speed.",
            "Errors are against the specification in f64; speeds are on one core, against the machine's limit. Exit"
                    + " code 1 if an error is above its bound."
        })
final class DoctorCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--json", description = "print one JSON object instead of tables; speeds are left out")
    private boolean json;

    @Mixin
    private MachineOptions machine;

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Logs.atLeast(Level.OFF); // The reasons are part of the answer.
        Diagnosis diagnosis = Diagnosis.make(machine.kernelOptions(), !json);
        if (json) {
            console.out().print(Json.text(object(diagnosis)));
        } else {
            print(diagnosis);
        }
        return diagnosis.healthy() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static Map<String, Object> object(Diagnosis d) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("provider", d.chosen().provider());
        object.put("reasons", d.reasons());
        object.put("speciesBits", d.chosen().speciesBits());
        object.put("fma", d.chosen().fma());
        object.put("threads", d.chosen().threads());
        object.put("openblas", d.openBlas());
        object.put("jni", null);
        object.put("jdk", Machine.jdk());
        object.put("cpu", Machine.cpu());
        List<Map<String, Object>> kernels = new ArrayList<>();
        for (KernelCheck check : d.kernels()) {
            Map<String, Object> kernel = new LinkedHashMap<>();
            kernel.put("kernel", check.kernel());
            kernel.put("provider", check.provider());
            kernel.put("error", check.error());
            kernel.put("bound", check.bound());
            kernel.put("ok", check.ok());
            kernels.add(kernel);
        }
        object.put("kernels", kernels);
        return object;
    }

    void print(Diagnosis d) {
        console.out().println("a run gets:  " + d.chosen().summary());
        d.reasons().forEach(reason -> console.out().println("             " + reason));
        if (d.openBlas() != null) {
            console.out()
                    .println("OpenBLAS:    " + d.openBlas().config() + ", core "
                            + d.openBlas().core() + ", from " + d.openBlas().path());
        }
        console.out().println("JDK:         " + Machine.jdk());
        console.out().println("CPU:         " + Machine.cpu());
        if (d.limits() != null) {
            console.out().println("one core:    " + limits(d.limits()));
        }
        console.out().println();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("KERNEL", "SHAPE", "PROVIDER", "ERROR", "BOUND", "OK", "SPEED", "", "OF LIMIT"));
        for (KernelCheck check : d.kernels()) {
            rows.add(List.of(
                    check.kernel(),
                    check.shape(),
                    check.provider(),
                    String.format(Locale.ROOT, "%5.2f", check.error()),
                    String.format(Locale.ROOT, "%4.0f", check.bound()),
                    check.ok() ? "ok" : "NO",
                    String.format(Locale.ROOT, "%7.2f", check.rate()),
                    check.unit(),
                    Double.isNaN(check.fraction())
                            ? ""
                            : String.format(Locale.ROOT, "%4.0f %%", 100 * check.fraction())));
        }
        console.table(rows);
        console.out().println();
        console.out().println("Errors are in units of 2^-23 of the largest element; speeds on one core, f32.");
    }

    private static String limits(MachineLimits limits) {
        return String.format(
                Locale.ROOT,
                "%.0f GFLOP/s multiply-add; copy %s",
                limits.gflops(),
                limits.levels().stream()
                        .map(level -> String.format(Locale.ROOT, "%s %.0f", level.name(), level.copy()))
                        .collect(Collectors.joining(", ", "", " GB/s")));
    }
}

package org.icl4j.lab.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim;
import org.icl4j.lab.experiment.Experiment;
import org.icl4j.lab.experiment.Experiments;
import org.icl4j.lab.experiment.Scale;
import org.icl4j.lab.experiment.Setting;
import org.icl4j.report.Figures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code icl4j list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Icl4jCommand.Version.class,
        description = "Shows the experiments with their claims; with a name, that experiment's settings too.")
final class ListCommand implements Callable<Integer> {
    private final Experiments experiments;
    private final Console console;

    @Parameters(arity = "0..1", paramLabel = "EXPERIMENT", description = "show this one in full")
    private String name;

    ListCommand(Experiments experiments, Console console) {
        this.experiments = experiments;
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Experiment> shown = name == null ? experiments.all() : List.of(experiments.get(name));
        printExperiments(shown);
        for (Experiment experiment : shown) {
            printClaims(experiment);
            if (name != null) {
                printSettings(experiment);
            }
        }
        return ExitCode.OK;
    }

    private void printExperiments(List<Experiment> shown) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("EXPERIMENT", "QUICK", "STANDARD", "FULL", "WHAT IT SHOWS (times on 2 cores)"));
        for (Experiment e : shown) {
            rows.add(List.of(
                    e.name(),
                    e.durations().get(Scale.QUICK),
                    e.durations().get(Scale.STANDARD),
                    e.durations().get(Scale.FULL),
                    e.summary()));
        }
        console.table(rows);
    }

    private void printClaims(Experiment experiment) {
        console.out().println();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("CLAIM", "TIME", "THRESHOLD", "STATEMENT"));
        for (Precision<?> precision : List.of(Precision.F32, Precision.F64)) {
            for (Claim claim : experiment.claims(Scale.STANDARD, precision)) {
                rows.add(List.of(
                        claim.id(),
                        experiment.durations().get(Scale.STANDARD),
                        claim.relation().symbol() + " " + Figures.text(claim.threshold()),
                        claim.statement()));
            }
        }
        console.table(rows);
    }

    private void printSettings(Experiment experiment) {
        console.out().println();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("SETTING", "QUICK", "STANDARD", "FULL", "WHAT IT IS"));
        for (Setting setting : experiment.settings()) {
            rows.add(List.of(
                    setting.name(),
                    setting.defaults().get(Scale.QUICK),
                    setting.defaults().get(Scale.STANDARD),
                    setting.defaults().get(Scale.FULL),
                    setting.help() + "; " + setting.range()));
        }
        console.table(rows);
    }
}

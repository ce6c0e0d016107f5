package org.icl4j.lab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.compile.Compilation;
import org.icl4j.lab.compile.Quality;
import org.icl4j.lab.compile.Report;
import org.icl4j.lab.experiment.UsageException;
import org.icl4j.report.Figures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code icl4j compile}. */
@Command(
        name = "compile",
        mixinStandardHelpOptions = true,
        versionProvider = Icl4jCommand.Version.class,
        description = {
            "Turns a context into a patch of a trained model's weights, and says how well it stands in for the"
                    + " context.",
            "",
            "A model of tokens (recall, rank1.generation) reads text: token numbers with white space between them."
                    + " --context is one sequence; --calibration has a query of one token or more on each line, and may"
                    + " have the right answer of each behind ->, as in: 3 -> 21.",
            "A model of numbers (icl-curve, icl-classes) reads CSV with the columns x1 ... xd and y: the rows of"
                    + " --context are examples, those of --calibration queries with their right answers.",
            "",
            "The blocks of rank1, rank1.layers, rank1.learning and rank1.patches are no such models.",
            "",
            "Without --calibration the last token or row of --context is the one query. For one query the patch is"
                    + " exact. For more it is fitted by least squares on a part of them and judged on the others, or on"
                    + " those of --judge.",
            "",
            "DIR gets patch.safetensors, a LoRA adapter in PEFT's format (adapter_config.json,"
                    + " adapter_model.safetensors), and compile.json with the numbers. Where there is a norm behind the"
                    + " MLP (Gemma), its gain is changed too, and there is no adapter, since one can change only"
                    + " matrices.",
            ""
        })
final class CompileCommand implements Callable<Integer> {
    private static final double HOLDOUT = 0.25;

    private final Console console;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "CHECKPOINT",
            description = "a model, as in runs/.../checkpoints/two-layers.safetensors")
    private Path model;

    @Option(names = "--context", required = true, paramLabel = "FILE", description = "what the model is to have read")
    private Path context;

    @Option(names = "--calibration", paramLabel = "FILE", description = "queries that the patch shall serve")
    private Path calibration;

    @Option(
            names = "--judge",
            paramLabel = "FILE",
            description = "more queries, like those of --calibration, to judge by and not to fit on")
    private Path judge;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "directory to make")
    private Path out;

    @Option(
            names = "--rank",
            paramLabel = "R",
            description = "rank of the LoRA adapter (default: the least that holds the patch to the digits of its"
                    + " precision)")
    private Integer rank;

    @Option(
            names = "--holdout",
            paramLabel = "SHARE",
            description =
                    "share of the queries to judge by, of those that differ (default: 0.25, or 0 with --judge; at least"
                            + " one, and none for 0)")
    private Double holdout;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "seed of the choice of these (default: 1)")
    private long seed;

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "f32 or f64 to compute in (default: that of the model)")
    private String precision;

    @Mixin
    private MachineOptions machine;

    CompileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        OutOption.requireName(out);
        if (holdout != null && !(holdout >= 0 && holdout < 1)) {
            throw new UsageException("--holdout " + holdout + ": allowed are shares from 0 to below 1");
        }
        if (holdout != null && judge != null) {
            throw new UsageException("--holdout " + holdout + " with --judge " + judge
                    + ": give either a share of the queries to judge by or queries of their own");
        }
        Optional<Precision<?>> wanted = Optional.empty();
        if (precision != null) {
            PrecisionOption.require(precision);
            wanted = Optional.of(Precision.of(precision));
        }
        OptionalInt wantedRank = rank == null ? OptionalInt.empty() : OptionalInt.of(rank);
        Compilation.Request request = new Compilation.Request(
                model,
                context,
                Optional.ofNullable(calibration),
                Optional.ofNullable(judge),
                out,
                wanted,
                wantedRank,
                holdout == null ? HOLDOUT : holdout,
                seed);
        print(Compilation.run(request, machine.kernelOptions()));
        return ExitCode.OK;
    }

    private void print(Report report) {
        console.out()
                .println(report.kind() + " patch of " + report.changes().size() + " weights in " + report.numbers()
                        + " numbers"
                        + (report.adapterRank() == null ? "" : "; the LoRA adapter has rank " + report.adapterRank()));
        if (report.noAdapter() != null) {
            console.out().println(report.noAdapter());
        }
        console.out().println();
        console.table(changes(report));
        console.out().println();
        console.table(quality(report));
        if (report.quality().stream().anyMatch(one -> one.same() != null && one.right() == null)) {
            console.out()
                    .println("no right answers are known; the cross-entropy is of the answers that the model expects"
                            + " with the context");
        }
        console.out().println();
        if (report.error() != null) {
            console.out()
                    .println("with the patch the outputs differ from those with the context by "
                            + Figures.text(report.error()) + " of the greatest, allowed are "
                            + Figures.text(report.bound()));
        }
        if (report.recovered() != null) {
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "on queries that it was not fitted on, the patch brings %.1f %% of what the context brings"
                                    + " to the loss",
                            100 * report.recovered()));
        }
        console.out().println("written: " + out);
    }

    private static List<List<String>> changes(Report report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("WEIGHT", "RANK", "SIZE", "RIDGE", "RESIDUAL", "ADAPTER LOSES"));
        for (Report.Changed change : report.changes()) {
            rows.add(List.of(
                    change.parameter(),
                    change.rank() == null ? "-" : Integer.toString(change.rank()),
                    Figures.text(change.size()),
                    Figures.text(change.ridge()),
                    Figures.text(change.residual()),
                    text(change.adapterLoss())));
        }
        return rows;
    }

    private static List<List<String>> quality(Report report) {
        List<List<String>> rows = new ArrayList<>();
        boolean tokens = report.quality().getFirst().same() != null;
        List<String> header = new ArrayList<>(List.of("QUERIES", "WEIGHTS"));
        header.addAll(
                tokens
                        ? List.of("CROSS-ENTROPY", "RIGHT", "ANSWER AS WITH CONTEXT", "DIVERGENCE FROM IT")
                        : List.of("SQUARED ERROR", "RMS DIFFERENCE FROM CONTEXT"));
        rows.add(header);
        for (Quality one : report.quality()) {
            List<String> row = new ArrayList<>(List.of(one.queries() + " (" + one.count() + ")", one.weights()));
            row.add(text(one.loss()));
            if (tokens) {
                row.addAll(List.of(text(one.right()), text(one.same())));
            }
            row.add(text(one.difference()));
            rows.add(row);
        }
        return rows;
    }

    private static String text(Double value) {
        return value == null ? "-" : Figures.text(value);
    }
}

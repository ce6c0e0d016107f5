package org.icl4j.lab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.icl4j.lab.compile.Application;
import org.icl4j.report.Figures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code icl4j apply}. */
@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        versionProvider = Icl4jCommand.Version.class,
        description = {
            "Merges what icl4j compile made into the model's weights, and checks the merged model against the patched"
                    + " one.",
            "FILE is a model like CHECKPOINT, and can be compiled for in its turn."
        })
final class ApplyCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "CHECKPOINT",
            description = "the model that the patch was compiled for")
    private Path model;

    @Option(names = "--patch", required = true, paramLabel = "DIR", description = "what icl4j compile wrote")
    private Path patch;

    @Option(names = "--adapter", description = "merge the LoRA adapter in DIR, not the patch")
    private boolean adapter;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "file to write")
    private Path out;

    @Mixin
    private MachineOptions machine;

    ApplyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        OutOption.requireName(out);
        Application.Result result =
                Application.run(new Application.Request(model, patch, adapter, out), machine.kernelOptions());
        String of = adapter ? "adapted" : "patched";
        console.out()
                .println("merged model against the " + of + " one, at " + result.queries()
                        + " queries: outputs differ by " + Figures.text(result.error())
                        + " of the greatest, allowed are " + Figures.text(result.bound()));
        if (adapter) {
            console.out()
                    .println("against the patched one, from which the adapter's rank may take something: "
                            + Figures.text(result.fromPatch()));
        }
        console.out().println("written: " + out);
        return ExitCode.OK;
    }
}

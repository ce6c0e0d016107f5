package org.icl4j.lab.cli;

import org.icl4j.kernels.KernelLookup;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.lab.experiment.UsageException;
import picocli.CommandLine.Option;

/** Options on what a run runs on; they decide its speed and, but for openblas, not its results. */
final class MachineOptions {
    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description = "kernels to insist on: vector, openblas or scalar; auto takes the best (default)")
    private String provider;

    @Option(names = "--threads", paramLabel = "N", description = "threads of one call (default: all processors)")
    private Integer threads;

    KernelOptions kernelOptions() {
        if (provider != null
                && !provider.equals("auto")
                && !KernelLookup.providers().contains(provider)) {
            throw new UsageException(
                    "--provider " + provider + ": choose one of " + KernelLookup.providers() + ", or auto");
        }
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > KernelOptions.MAX_THREADS) {
            throw new UsageException("--threads " + count + ": allowed are 1 to " + KernelOptions.MAX_THREADS);
        }
        KernelOptions options = KernelOptions.defaults().threads(count);
        return provider == null ? options : options.provider(provider);
    }
}

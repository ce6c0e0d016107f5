package org.icl4j.bench.survey;

import java.util.List;
import org.icl4j.kernels.workload.Workload;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The names of kernels and steps that a user may give. */
public final class KernelNames {
    private KernelNames() {}

    /**
     * Returns if there is a kernel or step of each of these names.
     *
     * @throws ParameterException if there is none
     */
    public static void require(List<String> names, CommandSpec spec) {
        List<String> known = Survey.<float[]>catalogue().stream()
                .map(Workload::kernel)
                .distinct()
                .toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), "no kernel '" + name + "'; there are " + String.join(", ", known));
            }
        }
    }
}

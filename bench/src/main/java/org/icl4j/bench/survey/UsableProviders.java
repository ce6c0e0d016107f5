package org.icl4j.bench.survey;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.Precision;

/**
 * What can be measured here.
 *
 * @param names the providers that run here and are worth measuring: all but the specification, or that one if there is no other
 * @param missing why each of the others does not run
 */
record UsableProviders(List<String> names, List<String> missing) {
    private static final String SPECIFICATION = "scalar";

    /** Tries these providers. */
    static UsableProviders of(List<String> providers) {
        List<String> names = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String provider : providers) {
            if (!provider.equals(SPECIFICATION)) {
                try {
                    Kernels.open(Precision.F32, KernelOptions.defaults().provider(provider))
                            .close();
                    names.add(provider);
                } catch (KernelUnavailableException e) {
                    missing.add(e.getMessage());
                }
            }
        }
        return new UsableProviders(names.isEmpty() ? List.of(SPECIFICATION) : names, missing);
    }
}

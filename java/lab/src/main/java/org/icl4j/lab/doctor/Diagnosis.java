package org.icl4j.lab.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.icl4j.kernels.KernelLookup;
import org.icl4j.kernels.KernelOptions;
import org.icl4j.kernels.KernelUnavailableException;
import org.icl4j.kernels.Kernels;
import org.icl4j.kernels.KernelsInfo;
import org.icl4j.kernels.OpenBlasInfo;
import org.icl4j.kernels.Precision;
import org.icl4j.kernels.workload.LimitsUnavailableException;
import org.icl4j.kernels.workload.MachineLimits;

/**
 * What {@code icl4j doctor} finds.
 *
 * @param chosen the kernels that a run gets
 * @param reasons why, and why each other provider cannot run
 * @param openBlas the OpenBLAS that can be used, or null
 * @param limits the machine's limits on one core, or null if they were not measured
 * @param kernels how every kernel of every provider stands
 */
public record Diagnosis(
        KernelsInfo chosen,
        List<String> reasons,
        OpenBlasInfo openBlas,
        MachineLimits limits,
        List<KernelCheck> kernels) {

    /**
     * Opens every provider on one thread and checks it.
     *
     * @param options what a run would be opened with
     * @param timed whether to measure speeds and limits, which takes most of the time
     * @throws KernelUnavailableException if they insist on a provider that cannot run
     */
    public static Diagnosis make(KernelOptions options, boolean timed) {
        KernelsInfo chosen;
        try (Kernels<float[]> kernels = Kernels.open(Precision.F32, options)) {
            chosen = kernels.info();
        }
        Map<String, String> reasons = new LinkedHashMap<>();
        chosen.reasons().forEach(reason -> reasons.put(reason.split(":")[0], reason));
        MachineLimits limits = timed ? limits(reasons) : null;
        List<Kernels<float[]>> opened = new ArrayList<>();
        try {
            for (String provider : KernelLookup.providers()) {
                try {
                    opened.add(
                            Kernels.open(Precision.F32, KernelOptions.defaults().provider(provider)));
                    reasons.putIfAbsent(provider, provider + ": can run");
                } catch (KernelUnavailableException e) {
                    reasons.putIfAbsent(provider, provider + ": " + e.reason() + "; " + e.remedy());
                }
            }
            return new Diagnosis(
                    chosen,
                    List.copyOf(reasons.values()),
                    openBlas(opened),
                    limits,
                    KernelCheck.all(opened, timed, limits));
        } finally {
            opened.forEach(Kernels::close);
        }
    }

    private static OpenBlasInfo openBlas(List<Kernels<float[]>> opened) {
        return opened.stream()
                .flatMap(kernels -> kernels.info().openBlas().stream())
                .findFirst()
                .orElse(null);
    }

    /** The limits, or null and a reason. */
    private static MachineLimits limits(Map<String, String> reasons) {
        try {
            return MachineLimits.measure(1);
        } catch (LimitsUnavailableException e) {
            reasons.put("limits", e.getMessage());
            return null;
        }
    }

    /** Whether every kernel is within its bound. */
    public boolean healthy() {
        return kernels.stream().allMatch(KernelCheck::ok);
    }
}

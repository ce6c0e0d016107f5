package org.icl4j.lab.experiment;

import java.util.List;

/**
 * The experiments that there are.
 *
 * @param all in the order in which they are listed
 */
public record Experiments(List<Experiment> all) {
    /** Copies the list. */
    public Experiments {
        all = List.copyOf(all);
    }

    /**
     * The experiment called {@code name}.
     *
     * @throws UsageException if there is none
     */
    public Experiment get(String name) {
        return all.stream()
                .filter(experiment -> experiment.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException("no experiment '" + name + "'; there are "
                        + all.stream().map(Experiment::name).toList()));
    }
}

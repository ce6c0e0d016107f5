package org.icl4j.lab.experiment;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.icl4j.kernels.Precision;

/** Settings, a run that measures, and the claims that it tests. */
public interface Experiment {
    /** The name on the command line. */
    String name();

    /** What it does, in one line. */
    String summary();

    /** How long it takes on 2 cores, at each scale, in words. */
    Map<Scale, String> durations();

    /** Its settings, with their defaults. */
    List<Setting> settings();

    /** The claims that a run at this scale and precision tests; each run concludes on all of them. */
    List<Claim> claims(Scale scale, Precision<?> precision);

    /** The precisions in which a run at this scale has anything to conclude on; there are no runs in others. */
    default List<Precision<?>> precisions(Scale scale) {
        return Stream.<Precision<?>>of(Precision.F32, Precision.F64)
                .filter(precision -> !claims(scale, precision).isEmpty())
                .toList();
    }

    /**
     * Measures, and concludes on every claim.
     *
     * @throws UsageException if settings do not go together
     * @throws InputException if a file of the user's cannot be used
     * @throws IOException if the run directory cannot be written
     */
    <A> void run(Run<A> run) throws IOException;
}

package org.icl4j.lab.experiment;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Precision;

/**
 * Claims of one experiment whose thresholds depend on the scale: at standard scale those of the cards, at full scale the papers' with a
 * margin, and at quick scale what models so small were measured to reach, with a margin.
 */
public final class ClaimList {
    private final String experiment;
    private final Scale scale;
    private final String precision;
    private final List<Claim> claims = new ArrayList<>();

    /** None yet. */
    public ClaimList(String experiment, Scale scale, Precision<?> precision) {
        this.experiment = experiment;
        this.scale = scale;
        this.precision = precision.name();
    }

    /** The threshold at the scale. */
    public double of(double quick, double standard, double full) {
        return switch (scale) {
            case QUICK -> quick;
            case STANDARD -> standard;
            case FULL -> full;
        };
    }

    /**
     * Adds a claim.
     *
     * @param quantity what stands between the experiment's name and the precision in its id
     */
    public void add(String quantity, Claim.Relation relation, double threshold, String source, String statement) {
        claims.add(new Claim(experiment + "." + quantity + "." + precision, statement, source, relation, threshold));
    }

    /** Those that were added, in order. */
    public List<Claim> claims() {
        return List.copyOf(claims);
    }
}

package org.icl4j.lab.experiment;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.kernels.Precision;

/**
 * Claims of one experiment whose thresholds depend on the scale. At standard scale they are those of the cards, where a card has one;
 * a source that begins with "ours" says that it has none, or that we measured something else and what. At quick scale, where models
 * are trained for a shorter time, they may be wider, with a margin around what was measured; at full scale they are those of standard
 * scale, or the papers' with a margin.
 */
public final class ClaimList {
    private final String experiment;
    private final Scale scale;
    private final String precision;
    private final List<Claim> claims;

    /** None yet. */
    public ClaimList(String experiment, Scale scale, Precision<?> precision) {
        this(experiment, scale, precision, new ArrayList<>());
    }

    private ClaimList(String experiment, Scale scale, Precision<?> precision, List<Claim> claims) {
        this.experiment = experiment;
        this.scale = scale;
        this.precision = precision.name();
        this.claims = claims;
    }

    /** The same list, for claims of the same run about what is computed in another precision. */
    public ClaimList in(Precision<?> other) {
        return new ClaimList(experiment, scale, other, claims);
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

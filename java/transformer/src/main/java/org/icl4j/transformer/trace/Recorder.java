package org.icl4j.transformer.trace;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.icl4j.transformer.tensor.Tensor;

/**
 * A trace that keeps copies, of the last pass only.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public final class Recorder<A> implements Trace<A> {
    private record Place(int layer, Site site) {}

    private final Set<Site> sites;
    private final Map<Place, Tensor<A>> values = new LinkedHashMap<>();

    private Recorder(Set<Site> sites) {
        this.sites = sites;
    }

    /** Keeps every site. */
    public static <A> Recorder<A> ofAll() {
        return new Recorder<>(EnumSet.allOf(Site.class));
    }

    /** Keeps these sites. */
    public static <A> Recorder<A> of(Site first, Site... others) {
        return new Recorder<>(EnumSet.of(first, others));
    }

    @Override
    public void at(int layer, Site site, Tensor<A> value) {
        if (sites.contains(site)) {
            values.put(new Place(layer, site), value.copy());
        }
    }

    /**
     * What was there, a copy of the recorder's own.
     *
     * @throws IllegalArgumentException if no pass was recorded, or it came to no such place
     */
    public Tensor<A> get(int layer, Site site) {
        Tensor<A> value = values.get(new Place(layer, site));
        if (value == null) {
            throw new IllegalArgumentException(
                    "nothing recorded at layer " + layer + " site " + site + "; there are " + values.keySet());
        }
        return value;
    }

    /**
     * Row {@code position} of what was there, of the first sequence.
     *
     * @throws IllegalArgumentException as {@link #get}
     */
    public Tensor<A> get(int layer, Site site, int position) {
        return get(layer, site).row(position);
    }
}

package org.icl4j.lab.patch;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.icl4j.kernels.WeightType;
import org.icl4j.transformer.tensor.Parameters;
import org.icl4j.transformer.tensor.Tensor;

/**
 * Changes of a model's parameters that belong together; of one parameter there may be several, which add up.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public record Patch<A>(List<Change<A>> changes) {
    public Patch {
        changes = List.copyOf(changes);
    }

    /** No change. */
    public static <A> Patch<A> none() {
        return new Patch<>(List.of());
    }

    /** These changes and then those of {@code other}. */
    public Patch<A> plus(Patch<A> other) {
        return new Patch<>(
                Stream.concat(changes.stream(), other.changes.stream()).toList());
    }

    /**
     * The changed parameters; {@code parameters} are not modified, and share those that no change names.
     *
     * @throws IllegalArgumentException if a parameter is missing or a change has another shape
     */
    public Parameters<A> appliedTo(Parameters<A> parameters) {
        return added(parameters, changes, 1);
    }

    /**
     * As {@link #appliedTo(Parameters)}, the changed parameters stored as {@code type}: each number the nearest that there is.
     *
     * @throws IllegalArgumentException as {@link #appliedTo(Parameters)}
     */
    public Parameters<A> appliedTo(Parameters<A> parameters, WeightType type) {
        Parameters<A> result = appliedTo(parameters);
        for (String name : changes.stream().map(Change::parameter).distinct().toList()) {
            Tensor<A> value = result.get(name);
            Tensor<A> stored = value.zerosLike();
            for (int i = 0; i < value.size(); i++) {
                stored.set(i, type.round((float) value.get(i)));
            }
            result = result.with(name, stored);
        }
        return result;
    }

    /** The changes of parameters whose names {@code which} accepts. */
    public Patch<A> only(Predicate<String> which) {
        return new Patch<>(changes.stream()
                .filter(change -> which.test(change.parameter()))
                .toList());
    }

    /**
     * The inverse of {@link #appliedTo(Parameters)}, but for the rounding of two additions: whoever needs the same bits keeps what he patched,
     * which was not modified.
     *
     * @throws IllegalArgumentException as {@link #appliedTo(Parameters)}
     */
    public Parameters<A> revertedFrom(Parameters<A> patched) {
        return added(patched, changes.reversed(), -1);
    }

    private static <A> Parameters<A> added(Parameters<A> parameters, List<Change<A>> changes, double factor) {
        Parameters<A> result = parameters;
        for (Change<A> change : changes) {
            Tensor<A> value = result.get(change.parameter());
            result = result.with(change.parameter(), change.addedTo(value, factor));
        }
        return result;
    }

    /** Numbers that it takes to store the patch. */
    public long numbers() {
        return changes.stream().mapToLong(Change::numbers).sum();
    }
}

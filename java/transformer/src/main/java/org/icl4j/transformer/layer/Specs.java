package org.icl4j.transformer.layer;

import java.util.ArrayList;
import java.util.List;
import org.icl4j.transformer.layer.ParameterSpec.Role;

/** The parameters of a model, named one after the other by the parts that use them. */
public final class Specs {
    private final List<ParameterSpec> list;
    private final String prefix;

    private Specs(List<ParameterSpec> list, String prefix) {
        this.list = list;
        this.prefix = prefix;
    }

    /** None yet. */
    public Specs() {
        this(new ArrayList<>(), "");
    }

    /** The same list for a part whose parameters' names begin with {@code part} and a dot. */
    public Specs at(String part) {
        return new Specs(list, prefix + part + ".");
    }

    /** Adds a parameter. */
    public void add(String name, Role role, Integer... shape) {
        list.add(new ParameterSpec(prefix + name, role, List.of(shape)));
    }

    /** All of them, in order. */
    public List<ParameterSpec> list() {
        return List.copyOf(list);
    }
}

package org.icl4j.kernels;

import java.util.List;
import org.icl4j.kernels.KernelCall.Builder;
import org.icl4j.kernels.KernelCall.Role;

/** The kernels of {@link GateKernels} for the tests that treat all kernels alike. */
final class GateCalls {
    private GateCalls() {}

    static <A> void addTo(List<KernelCall<A>> all, int count, int rows, int cols) {
        Shape shape = new Shape(count, rows, cols);
        all.add(shape.<A>unary("exp").build((k, m) -> k.exp(m.get(0), m.get(1))));
        all.add(shape.<A>unary("tanh").build((k, m) -> k.tanh(m.get(0), m.get(1))));
        all.add(shape.<A>binary("tanhBackward").build((k, m) -> k.tanhBackward(m.get(0), m.get(1), m.get(2))));
        all.add(shape.<A>unary("sigmoid").build((k, m) -> k.sigmoid(m.get(0), m.get(1))));
        all.add(shape.<A>binary("sigmoidBackward").build((k, m) -> k.sigmoidBackward(m.get(0), m.get(1), m.get(2))));
        all.add(shape.<A>unary("silu").build((k, m) -> k.silu(m.get(0), m.get(1))));
        all.add(shape.<A>binary("siluBackward").build((k, m) -> k.siluBackward(m.get(0), m.get(1), m.get(2))));
        all.add(shape.<A>unary("softplus").build((k, m) -> k.softplus(m.get(0), m.get(1))));
        all.add(shape.<A>binary("softplusBackward").build((k, m) -> k.softplusBackward(m.get(0), m.get(1), m.get(2))));
        all.add(shape.<A>binary("add").build((k, m) -> k.add(m.get(0), m.get(1), m.get(2))));
        for (Gate form : Gate.values()) {
            all.add(shape.<A>binary("gate " + form).build((k, m) -> k.gate(form, m.get(0), m.get(1), m.get(2))));
            all.add(shape.<A>gradient("gateBackward " + form)
                    .build((k, m) -> k.gateBackward(form, m.get(0), m.get(1), m.get(2), m.get(3), m.get(4))));
        }
    }

    private record Shape(int count, int rows, int cols) {
        <A> Builder<A> unary(String name) {
            return new Builder<A>(name)
                    .slot("x", Role.READ, count, rows, cols)
                    .slot("y", Role.OVERWRITTEN, count, rows, cols)
                    .inPlace("y=x");
        }

        <A> Builder<A> binary(String name) {
            return new Builder<A>(name)
                    .slot("x", Role.READ, count, rows, cols)
                    .slot("z", Role.READ, count, rows, cols)
                    .slot("y", Role.OVERWRITTEN, count, rows, cols)
                    .inPlace("y=x", "y=z");
        }

        <A> Builder<A> gradient(String name) {
            return new Builder<A>(name)
                    .slot("x", Role.READ, count, rows, cols)
                    .slot("g", Role.READ, count, rows, cols)
                    .slot("dy", Role.READ, count, rows, cols)
                    .slot("dx", Role.OVERWRITTEN, count, rows, cols)
                    .slot("dg", Role.OVERWRITTEN, count, rows, cols)
                    .inPlace("dx=x", "dx=g", "dx=dy", "dg=x", "dg=g", "dg=dy");
        }
    }
}

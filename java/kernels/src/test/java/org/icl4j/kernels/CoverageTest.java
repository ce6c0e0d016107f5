package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A kernel is tested on every provider by existing: a method of the interfaces without a test fails here. */
class CoverageTest {
    private static final Set<Class<?>> KINDS = Set.of(
            ProductKernels.class,
            RowKernels.class,
            ActivationKernels.class,
            AttentionKernels.class,
            OptimizerKernels.class,
            GateKernels.class,
            PositionKernels.class,
            LinearAttentionKernels.class,
            RecurrentKernels.class,
            StateSpaceKernels.class);

    @Test
    void everyKernelIsCalledByTheTestOfItsKind() throws IOException {
        assertEquals(KINDS, kernelInterfaces());
        Set<String> untested = new TreeSet<>();
        for (Class<?> kind : KINDS) {
            Path file = Path.of("src/test/java/org/icl4j/kernels", kind.getSimpleName() + "Test.java");
            String test = Files.readString(file);
            for (Method kernel : kind.getMethods()) {
                boolean onKernels = test.contains("kernels." + kernel.getName() + "(");
                boolean onReference = test.contains("KERNELS." + kernel.getName() + "(")
                        || kind == ProductKernels.class // Its oracle is in the test itself.
                        || kind == ActivationKernels.class // Called through one method for all.
                        || kind == GateKernels.class; // Likewise.
                if (!onKernels
                        || !onReference
                        || !(test.contains("Tested#everyTwin") || test.contains("Tested#everyProvider"))) {
                    untested.add(kind.getSimpleName() + "." + kernel.getName());
                }
            }
        }
        assertEquals(Set.of(), untested, "kernels without a test against the specification on every provider");
    }

    private static Set<Class<?>> kernelInterfaces() {
        return Set.copyOf(Stream.of(Kernels.class.getInterfaces())
                .filter(type -> type != AutoCloseable.class)
                .toList());
    }
}

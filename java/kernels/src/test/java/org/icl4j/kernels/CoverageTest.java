package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.DirectoryStream;
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
            StateSpaceKernels.class,
            ReductionKernels.class,
            LossKernels.class);

    @Test
    void everyKernelIsCalledByTheTestOfItsKind() throws IOException {
        assertEquals(KINDS, kernelInterfaces());
        Set<String> untested = new TreeSet<>();
        for (Class<?> kind : KINDS) {
            String test = testOf(kind);
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

    /** The test of this kind, which may be in several files whose names begin with the kind's. */
    private static String testOf(Class<?> kind) throws IOException {
        StringBuilder test = new StringBuilder();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                Path.of("src/test/java/org/icl4j/kernels"), kind.getSimpleName() + "*Test.java")) {
            for (Path file : files) {
                test.append(Files.readString(file));
            }
        }
        return test.toString();
    }

    private static Set<Class<?>> kernelInterfaces() {
        return Set.copyOf(Stream.of(Kernels.class.getInterfaces())
                .filter(type -> type != AutoCloseable.class)
                .toList());
    }
}

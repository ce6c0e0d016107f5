package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel against the specification with vectors of each width but the one that is taken by default, which all other tests
 * run on, in a JVM of its own.
 */
class VectorWidthTest {
    private static final int PLACES = 2;

    /** Prints what runs and the number of cases. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) {
            String bits = System.getProperty("icl4j.vectorBits");
            Tested<float[]> tested = new Tested<>("vector", Precision.F32);
            try (Kernels<float[]> kernels = tested.open()) {
                Agreement agreement =
                        new Agreement(tested + " " + bits, kernels, TestSeed.random("vectors of " + bits));
                agreement.onEveryShape(call -> true);
                agreement.onSpecialValues(call -> true, PLACES);
                System.out.println(kernels.info().summary() + ": " + agreement.cases() + " cases");
            }
        }
    }

    static IntStream otherWidths() {
        try (Kernels<float[]> kernels = new Tested<>("vector", Precision.F32).open()) {
            return IntStream.of(128, 256, 512)
                    .filter(bits -> bits != kernels.info().speciesBits());
        }
    }

    @ParameterizedTest
    @MethodSource("otherWidths")
    void everyKernel(int bits) throws IOException, InterruptedException {
        List<String> printed = ForkedJvm.run(Main.class, "-Dicl4j.vectorBits=" + bits, TestSeed.flag());
        System.out.println(printed.getLast());
        assertTrue(printed.getLast().contains(bits + "-bit vectors"), printed.toString());
    }
}

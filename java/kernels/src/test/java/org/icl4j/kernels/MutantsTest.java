package org.icl4j.kernels;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link Agreement} can fail: the vector kernels pass it, and each of them with a mistake planted in it does not. */
class MutantsTest {
    private static final int PLACES = 6;

    private static final Kernels<float[]> KERNELS = new Tested<>("vector", Precision.F32).open(2);

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    static Stream<Mutant> mutants() {
        return Mutant.all().stream();
    }

    private static void check(String name, Kernels<float[]> kernels, Predicate<KernelCall<?>> which) {
        Agreement agreement = new Agreement(name, kernels, TestSeed.random("mutants"));
        agreement.onEveryShape(which);
        agreement.onSpecialValues(which, PLACES);
        assertTrue(agreement.cases() > 0, name + " was put to no case");
    }

    @Test
    void kernelsAsTheyAre() {
        check("vector.f32", InterceptedKernels.of(KERNELS, InterceptedKernels.Call::proceed), call -> true);
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void kernelsWithAMistake(Mutant mutant) {
        AssertionError caught = assertThrows(
                AssertionError.class,
                () -> check(mutant.name(), mutant.plantedIn(KERNELS), mutant::isIn),
                () -> mutant + " was not caught, " + TestSeed.hint());
        assertTrue(caught.getMessage().contains(mutant.toString()), caught.getMessage());
        System.out.println("caught: " + caught.getMessage());
    }
}

package org.icl4j.kernels;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel against the specification, on every provider: on the small shapes of {@link Agreement}, and every operand of every kernel with a special value in it, in whole vectors and in the rest of a row: each element of each
 * result is NaN, infinite or finite as the specification's.
 */
@ExtendWith(CaseReport.class)
class SpecialValuesTest {
    private static final int PLACES = 20;

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    void shapes(Tested<float[]> tested) {
        try (Kernels<float[]> kernels = tested.open()) {
            Agreement agreement = new Agreement(tested.toString(), kernels, TestSeed.random("shapes"));
            agreement.onEveryShape(call -> true);
            tested.count(agreement.cases());
        }
    }

    @ParameterizedTest
    @MethodSource("org.icl4j.kernels.Tested#everyTwin")
    void classes(Tested<float[]> tested) {
        try (Kernels<float[]> kernels = tested.open()) {
            Agreement agreement = new Agreement(tested.toString(), kernels, TestSeed.random("specials"));
            agreement.onSpecialValues(call -> true, PLACES);
            tested.count(agreement.cases());
        }
    }
}

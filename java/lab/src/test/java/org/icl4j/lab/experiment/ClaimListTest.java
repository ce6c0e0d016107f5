package org.icl4j.lab.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.icl4j.kernels.Precision;
import org.icl4j.lab.experiment.Claim.Relation;
import org.junit.jupiter.api.Test;

class ClaimListTest {
    @Test
    void thresholdsFollowTheScale() {
        for (Scale scale : Scale.values()) {
            ClaimList list = new ClaimList("some", scale, Precision.F64);
            double expected = 1.0 + scale.ordinal();
            list.add("thing", Relation.AT_MOST, list.of(1, 2, 3), "paper", "statement");
            assertEquals(
                    List.of(new Claim("some.thing.f64", "statement", "paper", Relation.AT_MOST, expected)),
                    list.claims());
        }
    }
}
